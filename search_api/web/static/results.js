// Results as one types, and by every link of theirs: fragments of the pages that the server makes.
import { element, prefix, say, texts, whenQuiet } from "./shared.js";

const PAUSE = 300;
const LEAST = 2;
const MOST_TRIES = 5;
const START = `${prefix}/`;

const main = document.getElementById("main");
const form = document.getElementById("search");

export function startResults(box, suggestions) {
  let request = null;
  let typing = false;
  let shown = address();

  function address() {
    return location.pathname + location.search;
  }

  /** The address of what stands in the box, with the filters that are chosen. */
  function asked() {
    const pairs = [...new FormData(form)].filter(([name, value]) => name !== "q" && value);
    return `${START}?${new URLSearchParams([["q", box.value], ...pairs])}`;
  }

  /** Show the results at an address; `how` is what becomes of the history: push, replace or leave. */
  async function go(to, how = "push", tries = 0) {
    request?.abort();
    request = new AbortController();
    const { signal } = request;
    main.classList.add("busy-now");
    main.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(to, { headers: { "Hudhud-Fragment": "1", Accept: "text/html" }, signal });
      const part = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("results");
      if (!part) return location.assign(to);
      // Kept before it is shown: what follows reads the address.
      if (how === "push") history.pushState(null, "", to);
      if (how === "replace") history.replaceState(history.state, "", to);
      show(part, how, to, tries > 0);
      const seconds = Number(part.dataset.retry);
      if (seconds && ("patient" in part.dataset || tries < MOST_TRIES)) setTimeout(() => signal.aborted || go(to, "leave", tries + 1), seconds * 1000);
    } catch (error) {
      if (error.name !== "AbortError") offline(to, how, signal);
      if (signal.aborted) return;
    }
    main.classList.remove("busy-now");
    main.removeAttribute("aria-busy");
  }

  function show(part, how, to, isAgain) {
    const before = main.querySelector("#results")?.dataset.announce;
    const key = main.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
    const inside = key !== undefined || main.contains(document.activeElement);
    const open = how === "leave" ? [] : [...main.querySelectorAll("details[data-key][open]")].map((one) => one.dataset.key);
    main.replaceChildren(part);
    document.body.className = part.dataset.kind;
    document.title = part.dataset.title;
    for (const one of main.querySelectorAll("details[data-key]")) one.open ||= open.includes(one.dataset.key);
    if (inside) (key && main.querySelector(`[data-key="${CSS.escape(key)}"]`) || main).focus({ preventScroll: true });
    keepFilters(to);
    document.querySelector("link[rel=alternate]")?.setAttribute("href", part.dataset.feed || "");
    if (how === "push" && new URL(to, location).searchParams.has("cursor")) main.scrollIntoView();
    shown = address();
    document.dispatchEvent(new Event("results"));
    count(request.signal);
    if (!isAgain || part.dataset.announce !== before) say(part.dataset.announce);
  }

  /** Of a large archive, count beside the results what they can be narrowed by, once they are shown. */
  async function count(signal) {
    const counting = main.querySelector("[data-counts]");
    if (!counting) return;
    const [button, note] = counting.children;
    button.hidden = true;
    note.hidden = false;
    try {
      const answer = await fetch(counting.dataset.counts, { headers: { "Hudhud-Fragment": "1", Accept: "text/html" }, signal });
      const part = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("results");
      if (!part?.querySelector("aside.narrow")) throw new Error(String(answer.status));
      const narrow = main.querySelector("aside.narrow");
      const key = narrow.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
      narrow.replaceWith(part.querySelector("aside.narrow"));
      main.querySelector(".total").replaceWith(part.querySelector(".total"));
      if (key) main.querySelector(`aside.narrow [data-key="${CSS.escape(key)}"]`)?.focus({ preventScroll: true });
      document.dispatchEvent(new Event("results"));
    } catch {
      button.hidden = false;
      note.hidden = true;
    }
  }

  /** Let the form carry the filters of an address on to the next search. */
  function keepFilters(to) {
    for (const field of form.querySelectorAll("input[type=hidden]")) field.remove();
    for (const [name, value] of new URL(to, location).searchParams)
      if (!["q", "off", "cursor"].includes(name)) form.append(element("input", { type: "hidden", name, value }));
  }

  function offline(to, how, signal) {
    if (signal.aborted) return;
    const lead = main.querySelector(".hits") ? texts.offlineLead : texts.offlineWait;
    if (!main.querySelector(".offline"))
      main.prepend(element("div", { className: "offline" }, element("strong", { textContent: texts.offline }), " ", lead));
    say(texts.offline);
    const again = () => signal.aborted || go(to, how);
    addEventListener("online", again, { once: true, signal });
    setTimeout(again, 5000);
  }

  const pause = whenQuiet(PAUSE, () => {
    if ([...box.value.trim()].length < LEAST || asked() === shown) return;
    go(asked(), typing ? "replace" : "push");
    typing = true;
  });

  box.addEventListener("input", (event) => { if (!event.isComposing) pause(); });
  box.addEventListener("compositionend", pause);
  box.addEventListener("change", () => { typing = false; });

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    pause.stop();
    suggestions.close();
    if (!box.value.trim()) return;
    go(asked(), asked() === shown ? "replace" : "push");
    typing = false;
  });

  document.addEventListener("click", (event) => {
    const link = event.target.closest("#results a[href]");
    if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const to = new URL(link.href);
    if (link.target || link.hasAttribute("download") || to.origin !== location.origin || to.pathname !== START) return;
    event.preventDefault();
    typing = false;
    go(to.pathname + to.search);
  });

  document.addEventListener("submit", (event) => {
    if (event.target.id === "search" || !event.target.closest("#results") || event.target.method !== "get") return;
    event.preventDefault();
    const pairs = [...new FormData(event.target)].filter(([, value]) => value);
    go(`${START}?${new URLSearchParams(pairs)}`);
  });

  addEventListener("popstate", () => {
    if (address() === shown) return;
    typing = false;
    box.value = new URLSearchParams(location.search).get("q") || "";
    go(address(), "leave");
  });

  request = new AbortController();
  count(request.signal);
  const seconds = Number(document.getElementById("results")?.dataset.retry);
  if (seconds) setTimeout(() => location.pathname === START ? go(address(), "leave", 1) : location.reload(), seconds * 1000);
  return { go };
}
