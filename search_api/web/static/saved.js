// Searches that this browser keeps: addresses, each with its feed. Nobody else is told of them.
import { copyLink, element, flash, here, prefix, say, texts } from "./shared.js";

const NAME = "hudhud-saved";
const MOST = 200;

/** Whether an address is one of this server's pages, whatever somebody wrote into the list. */
function isOwn(address) {
  return address.startsWith("/") && URL.canParse(address, location.origin) && new URL(address, location.origin).origin === location.origin;
}

function read() {
  try {
    const kept = JSON.parse(localStorage.getItem(NAME) ?? "[]");
    return Array.isArray(kept) ? kept.filter((one) => one && typeof one.address === "string" && isOwn(one.address)) : [];
  } catch {
    return [];
  }
}

function write(searches) {
  try {
    localStorage.setItem(NAME, JSON.stringify(searches.slice(0, MOST)));
  } catch {
    return false;
  }
  return true;
}

/** What a search asks besides its words, for people. */
function filters(address) {
  const kept = [...new URL(address, location.origin).searchParams].filter(([name]) => name !== "q");
  return kept.map(([name, value]) => `${name}: ${value}`).join(" · ");
}

export function startSaving() {
  const prepare = () => document.querySelectorAll("button.save, button.copy, button.print").forEach((one) => { one.hidden = false; });
  document.addEventListener("results", prepare);
  prepare();
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button.save, button.copy, button.print");
    if (!button) return;
    if (button.matches(".copy")) return copyLink();
    if (button.matches(".print")) return print();
    const address = here();
    const search = { query: document.getElementById("q").value, address, feed: button.dataset.feed };
    if (!write([search, ...read().filter((one) => one.address !== address)])) return;
    flash(button, texts.saved);
    say(texts.saved);
  });
}

export function showSaved() {
  const list = document.getElementById("saved-list");
  if (!list) return;
  const searches = read();
  document.getElementById("saved-none").hidden = searches.length > 0;
  list.replaceChildren(...searches.map((search) => {
    const remove = element("button", { type: "button", textContent: texts.forget });
    remove.addEventListener("click", () => {
      write(read().filter((one) => one.address !== search.address));
      showSaved();
      (list.querySelector("button") ?? document.getElementById("main")).focus();
    });
    const feed = String(search.feed).startsWith(`${prefix}/v1/`) ? [element("a", { href: search.feed, textContent: texts.feed })] : [];
    return element("li", {},
      element("a", { href: search.address }, element("bdi", { textContent: search.query })),
      element("span", { className: "note", textContent: filters(search.address) }),
      ...feed,
      remove);
  }));
}
