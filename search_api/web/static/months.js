// Several months are chosen by dragging across their bars, or with arrows while Shift is held.
import { prefix } from "./shared.js";

const ENDS = { Home: 0, End: -1 };

export function startMonths(go) {
  let from = null;
  let to = null;

  const months = () => [...document.querySelectorAll(".month")];
  const bar = (event) => document.elementFromPoint(event.clientX, event.clientY)?.closest(".month");
  const between = () => {
    const all = months();
    const [first, last] = [all.indexOf(from), all.indexOf(to)].sort((left, right) => left - right);
    return all.slice(first, last + 1);
  };
  const paint = () => {
    const chosen = new Set(from ? between() : []);
    months().forEach((one) => one.classList.toggle("chosen", chosen.has(one)));
  };
  const end = () => {
    from = to = null;
    paint();
  };

  function apply() {
    const chosen = between();
    const address = new URL(location);
    address.searchParams.delete("cursor");
    address.searchParams.set("from", chosen[0].dataset.first);
    address.searchParams.set("to", chosen.at(-1).dataset.last);
    go(`${prefix}/${address.search}`);
  }

  /** One bar at a time is reached by Tab: the others by arrows. */
  function letReach(one) {
    months().forEach((month) => { month.tabIndex = month === one ? 0 : -1; });
  }

  function prepare() {
    const all = months();
    if (!all.length) return;
    document.querySelector(".months .hint").hidden = false;
    letReach(all.find((one) => one === document.activeElement) ?? all.find((one) => !one.classList.contains("out")) ?? all[0]);
  }

  /** The bar that a key leads to: arrows go as they point, whichever way months run. */
  function reached(key, at) {
    const all = months();
    if (key in ENDS) return all.at(ENDS[key]);
    const ahead = getComputedStyle(at.parentElement).direction === "rtl" ? "ArrowLeft" : "ArrowRight";
    return all[all.indexOf(at) + (key === ahead ? 1 : -1)];
  }

  document.addEventListener("dragstart", (event) => { if (event.target.closest?.(".month")) event.preventDefault(); });
  document.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    from = to = event.target.closest?.(".month") ?? null;
  });
  document.addEventListener("pointermove", (event) => {
    if (!from || !event.buttons) return;
    const over = bar(event);
    if (!over || over === to) return;
    to = over;
    paint();
  });
  document.addEventListener("pointercancel", end);
  document.addEventListener("pointerup", () => {
    if (!from || from === to) return end();
    // The click that follows belongs to the drag.
    const swallow = (event) => event.preventDefault();
    addEventListener("click", swallow, { capture: true });
    apply();
    setTimeout(() => {
      removeEventListener("click", swallow, { capture: true });
      end();
    });
  });

  document.addEventListener("keydown", (event) => {
    const at = event.target.closest?.(".month");
    if (!at || event.ctrlKey || event.metaKey || event.altKey) return;
    if (["ArrowLeft", "ArrowRight", "Home", "End"].includes(event.key)) {
      const next = reached(event.key, at);
      if (event.shiftKey) from ??= at;
      else end();
      if (next) {
        if (from) to = next;
        paint();
        letReach(next);
        next.focus();
      }
    } else if (event.key === "Enter" && from && to && from !== to) {
      apply();
      end();
    } else if (event.key === "Escape" && from) end();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  document.addEventListener("results", prepare);
  prepare();
}
