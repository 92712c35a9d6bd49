// What a script adds to a page that works without one.
import { startArticle } from "./article.js";
import { startDrafts } from "./drafts.js";
import { startKeys } from "./keys.js";
import { startLinking } from "./linking.js";
import { startMonths } from "./months.js";
import { startResults } from "./results.js";
import { showSaved, startSaving } from "./saved.js";
import { startSuggestions } from "./suggestions.js";
import { here } from "./shared.js";

const box = document.getElementById("q");
if (box) {
  const suggestions = startSuggestions(box);
  const results = startResults(box, suggestions);
  startMonths(results.go);
  startKeys(box, suggestions);
}
startLinking();
startSaving();
startArticle();
startDrafts();
showSaved();

const settings = document.querySelector(".settings");
settings.querySelector("button").hidden = true;
settings.addEventListener("change", () => settings.requestSubmit());
settings.addEventListener("submit", () => { settings.elements.back.value = here(); });
