// Suggestions below the box: an editable combobox with manual selection, as the ARIA Authoring Practices have it.
import { element, prefix, texts, whenQuiet } from "./shared.js";

const PAUSE = 120;
const MOST_TYPED = 300;

export function startSuggestions(box) {
  const list = element("ul", { className: "suggestions", id: "suggestions", hidden: true });
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", texts.suggestions);
  box.after(list);
  for (const [name, value] of Object.entries({
    role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id,
  })) box.setAttribute(name, value);
  let active = -1;
  let request = null;

  const options = () => [...list.children];
  const isOpen = () => !list.hidden;

  function close() {
    request?.abort();
    look.stop();
    list.hidden = true;
    choose(-1);
    box.setAttribute("aria-expanded", "false");
  }

  function choose(place) {
    active = place;
    options().forEach((one, at) => one.setAttribute("aria-selected", String(at === place)));
    if (place < 0) box.removeAttribute("aria-activedescendant");
    else {
      box.setAttribute("aria-activedescendant", options()[place].id);
      options()[place].scrollIntoView({ block: "nearest" });
    }
  }

  function take(option) {
    box.value = `${option.dataset.query} `;
    close();
    box.dispatchEvent(new Event("input", { bubbles: true }));
    box.focus();
  }

  function show(found) {
    list.replaceChildren(...found.map(({ text, query, articles, by_sound: bySound, english }, at) => {
      const count = [...String(articles)].map((digit) => texts.digits[digit]).join("");
      const option = element("li", { id: `suggestion-${at}` },
        element("bdi", { textContent: text }),
        ...(english ? [element("span", { className: "means", lang: "en", dir: "ltr", textContent: english })] : []),
        element("span", { className: "count", textContent: bySound ? `${texts.sound} · ${count}` : count }));
      option.setAttribute("role", "option");
      option.dataset.query = query;
      return option;
    }));
    choose(-1);
    list.hidden = !found.length;
    box.setAttribute("aria-expanded", String(found.length > 0));
  }

  const look = whenQuiet(PAUSE, async () => {
    const typed = box.value;
    if (!typed.trim() || typed.length > MOST_TYPED || /\s$/.test(typed) || box.selectionStart !== typed.length) return close();
    request?.abort();
    request = new AbortController();
    try {
      const answer = await fetch(`${prefix}/v1/suggest?${new URLSearchParams({ q: typed })}`, { signal: request.signal });
      if (!answer.ok) return close();
      const { suggestions } = await answer.json();
      if (box.value === typed && document.activeElement === box) show(suggestions.filter(({ query }) => query !== typed));
    } catch (error) {
      if (error.name !== "AbortError") close();
    }
  });

  box.addEventListener("input", (event) => { if (event.isTrusted && !event.isComposing) look(); });
  box.addEventListener("blur", close);
  box.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey) return;
    const count = options().length;
    if (event.key === "ArrowDown" && isOpen()) choose((active + 1) % count);
    else if (event.key === "ArrowUp" && isOpen()) choose(active > 0 ? active - 1 : count - 1);
    else if (event.key === "Enter" && isOpen() && active >= 0) take(options()[active]);
    else if (event.key === "Escape" && isOpen()) close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) take(option);
  });
  return { close, isOpen };
}
