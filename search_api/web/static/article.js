// From match to match in an article.
export function startArticle() {
  const bar = document.querySelector(".matches");
  const marks = [...document.querySelectorAll(".body mark")];
  if (!bar || !marks.length) return;
  let at = -1;

  function step(by) {
    marks[at]?.classList.remove("current");
    at = at < 0 && by < 0 ? marks.length - 1 : (at + by + marks.length) % marks.length;
    marks[at].classList.add("current");
    marks[at].scrollIntoView({ block: "center" });
    marks[at].tabIndex = -1;
    marks[at].focus({ preventScroll: true });
  }

  bar.addEventListener("click", (event) => {
    const link = event.target.closest("[data-step]");
    if (!link) return;
    event.preventDefault();
    step(Number(link.dataset.step));
    link.focus({ preventScroll: true });
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input, textarea, select")) return;
    if (event.key === "n") step(1);
    if (event.key === "p") step(-1);
  });
}
