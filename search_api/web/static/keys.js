// The page without a mouse.
import { copyLink } from "./shared.js";

export function startKeys(box, suggestions) {
  const help = document.getElementById("keys");
  const titles = () => [...document.querySelectorAll("#results a.title")];

  /** Go to the next result, or to the one before; before the first there is the box. */
  function step(by) {
    const all = titles();
    const at = all.indexOf(document.activeElement?.closest(".hit")?.querySelector("a.title") ?? document.activeElement);
    const next = all[at + by];
    if (next) {
      next.focus({ preventScroll: true });
      next.closest(".hit").scrollIntoView({ block: "nearest" });
    } else if (by < 0) box.focus();
  }

  const button = document.querySelector(".show-keys");
  button.hidden = false;
  button.addEventListener("click", () => help.showModal());

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey || help.open) return;
    const typing = event.target.matches?.("input, textarea, select");
    if (event.target === box) {
      if (event.key === "ArrowDown" && !suggestions.isOpen() && titles().length) step(1);
      else return;
    } else if (typing) return;
    else if (event.key === "/") {
      box.focus();
      box.select();
    } else if (event.key === "ArrowDown" && titles().length) step(1);
    else if (event.key === "ArrowUp" && titles().includes(document.activeElement)) step(-1);
    else if (event.key === "Escape") box.focus();
    else if (event.key === "c" && !String(getSelection())) copyLink();
    else if (event.key === "?") help.showModal();
    else return;
    event.preventDefault();
  });
}
