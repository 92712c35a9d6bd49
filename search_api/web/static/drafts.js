// Draft translations in place: without a script their links open a page that shows them.
import { element, say, texts } from "./shared.js";

const BUSY = [429, 503];

/** The draft at an address, or why there is none, as what is shown of it. */
async function drafted(address, signal) {
  let answer;
  try {
    answer = await fetch(address, { headers: { Accept: "application/json" }, signal });
    if (answer.ok) {
      const { text, language } = await answer.json();
      const draft = element("p", { className: "text", lang: language, dir: "ltr", translate: false, textContent: text });
      return [texts.draftNote, element("p", { className: "note", textContent: texts.draftNote }), draft];
    }
  } catch (error) {
    if (signal.aborted) return null;
  }
  const told = !answer ? texts.offline : BUSY.includes(answer.status) ? texts.draftBusy : texts.draftFailed;
  return [told, element("p", { textContent: told })];
}

export function startDrafts() {
  let leaving = new AbortController();

  function prepare() {
    leaving.abort();
    leaving = new AbortController();
    for (const link of document.querySelectorAll("a.draft-of")) {
      link.setAttribute("role", "button");
      link.ariaExpanded ??= "false";
    }
  }

  async function toggle(link) {
    if (link.ariaBusy === "true") return;
    const shown = link.parentElement.querySelector(".draft");
    if (shown) {
      shown.remove();
      link.ariaExpanded = "false";
      return;
    }
    const label = link.textContent;
    link.ariaBusy = "true";
    link.textContent = texts.draftWorking;
    const found = await drafted(link.dataset.answer, leaving.signal);
    link.textContent = label;
    link.ariaBusy = null;
    if (!found) return;
    const [told, ...parts] = found;
    link.after(element("div", { className: "draft" }, ...parts));
    link.ariaExpanded = "true";
    say(told);
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a.draft-of");
    if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    toggle(link);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== " " || !event.target.matches?.("a.draft-of")) return;
    event.preventDefault();
    toggle(event.target);
  });
  document.addEventListener("results", prepare);
  prepare();
}
