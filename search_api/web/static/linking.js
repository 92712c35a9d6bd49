// A word lights those that answer it, and the other way round.
const NAME = "counterparts";
const PLACES = ".word, .answer, mark[data-words]";
const paints = typeof Highlight === "function" && CSS.highlights;

const wordsOf = (place) => (place.dataset.words ?? place.dataset.word ?? "").split(" ").filter(Boolean);

/** The elements that belong to a place: words of the query, and of its own hit or of all hits what answers. */
function counterparts(place) {
  const numbers = new Set(wordsOf(place));
  if (!numbers.size) return [];
  const within = place.closest(".hit") ?? document;
  const all = [...document.querySelectorAll(".word"), ...within.querySelectorAll(".answer, mark[data-words]")];
  return [...new Set(all)].filter((one) => wordsOf(one).some((number) => numbers.has(number)));
}

function light(place) {
  dark();
  const found = place ? counterparts(place) : [];
  if (!paints) return found.forEach((one) => one.classList.add("lit"));
  const ranges = found.flatMap((one) => one.matches(".answer") ? [...one.querySelectorAll("dt, .counterpart")] : [one]).map((one) => {
    const range = new Range();
    range.selectNodeContents(one);
    return range;
  });
  if (ranges.length) CSS.highlights.set(NAME, new Highlight(...ranges));
}

function dark() {
  if (paints) CSS.highlights.delete(NAME);
  else document.querySelectorAll(".lit").forEach((one) => one.classList.remove("lit"));
}

export function startLinking() {
  let last = null;
  const at = (event) => {
    const place = event.target.closest?.(PLACES) ?? null;
    if (place === last) return;
    last = place;
    light(place);
  };
  document.addEventListener("pointerover", at);
  document.addEventListener("focusin", at);
  document.addEventListener("results", () => { last = null; dark(); });
}
