// Building elements. Text is only ever set as text, so nothing that people wrote is read as markup.

/** Return the page's element with an id. */
export const byId = (id) => document.getElementById(id);

/**
 * Return a new element. `props` holds attributes; `class` as usual, `data` for data-*, `on` for
 * listeners. Children are nodes or strings; null and false are left out.
 */
export function el(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "data") Object.assign(element.dataset, value);
    else if (name === "on") for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== false && child !== undefined));
  return element;
}

/** Return a button that does something. */
export function button(label, listener, props = {}) {
  return el("button", { type: "button", ...props, on: { click: listener } }, label);
}

/** Return the picture that stands for somebody: an initial on one of eight colours, or Hearth's fire. */
export function avatar(name, place, hearth = false) {
  if (hearth) return el("img", { class: "avatar", src: "/page/icon.svg", alt: "", width: 36, height: 36 });
  return el("span", { class: `avatar hue-${place % 8}`, "aria-hidden": "true" }, [...name][0].toUpperCase());
}

/** Show a sentence for a while, with a button where there is something to do about it. */
export function toast(sentence, action = null) {
  const shown = el("p", { class: "toast" }, sentence);
  if (action) shown.append(button(action.label, () => { shown.remove(); action.act(); }));
  byId("toasts").append(shown);
  const linger = () => setTimeout(() => {
    if (shown.matches(":hover, :focus-within")) linger();
    else shown.remove();
  }, action ? 9000 : 6000);
  linger();
}
