// Several months are chosen by dragging across their bars.
import { prefix } from "./shared.js";

export function startMonths(go) {
  let from = null;
  let to = null;

  const bar = (event) => document.elementFromPoint(event.clientX, event.clientY)?.closest(".month");
  const between = () => {
    const all = [...document.querySelectorAll(".month")];
    const [first, last] = [all.indexOf(from), all.indexOf(to)].sort((left, right) => left - right);
    return all.slice(first, last + 1);
  };
  const paint = () => {
    const chosen = new Set(from ? between() : []);
    document.querySelectorAll(".month").forEach((one) => one.classList.toggle("chosen", chosen.has(one)));
  };
  const end = () => {
    from = to = null;
    paint();
  };

  document.addEventListener("dragstart", (event) => { if (event.target.closest?.(".month")) event.preventDefault(); });
  document.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    from = to = event.target.closest?.(".month") ?? null;
  });
  document.addEventListener("pointermove", (event) => {
    if (!from) return;
    const over = bar(event);
    if (!over || over === to) return;
    to = over;
    paint();
  });
  document.addEventListener("pointercancel", end);
  document.addEventListener("pointerup", () => {
    if (!from || from === to) return end();
    const chosen = between();
    const address = new URL(location);
    address.searchParams.delete("cursor");
    address.searchParams.set("from", chosen[0].dataset.first);
    address.searchParams.set("to", chosen.at(-1).dataset.last);
    // The click that follows belongs to the drag.
    addEventListener("click", (event) => event.preventDefault(), { once: true, capture: true });
    setTimeout(end);
    go(`${prefix}/${address.search}`);
  });
}
