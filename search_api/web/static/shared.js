// What all parts of the page's script share.
export const texts = document.getElementById("texts").dataset;
export const prefix = document.body.dataset.prefix;
const said = document.getElementById("said");

/** The address of this page on this server. */
export const here = () => location.pathname + location.search + location.hash;

/** Let a screen reader say something. */
export function say(text) {
  said.textContent = "";
  requestAnimationFrame(() => { said.textContent = text; });
}

/** Call a function when nothing has happened for a while; `stop` forgets it. */
export function whenQuiet(milliseconds, call) {
  let timer = 0;
  const begin = (...values) => {
    clearTimeout(timer);
    timer = setTimeout(call, milliseconds, ...values);
  };
  begin.stop = () => clearTimeout(timer);
  return begin;
}

/** Copy the address of this page, and say so. */
export async function copyLink() {
  try {
    await navigator.clipboard.writeText(location.href);
  } catch {
    const field = document.createElement("input");
    field.value = location.href;
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  }
  say(texts.copied);
  const button = document.querySelector("button.copy");
  if (button) flash(button, texts.copied);
}

/** Show other words on a button for a moment. */
export function flash(button, text) {
  button.dataset.label ||= button.textContent;
  button.textContent = text;
  setTimeout(() => { button.textContent = button.dataset.label; }, 2000);
}

/** An element with properties and children. */
export function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}
