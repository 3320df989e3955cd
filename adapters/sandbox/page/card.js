// Hearth's cards: title, text, quotes, fields, sections, pictures, selects, buttons, footer.
import { el } from "./dom.js";
import { rich } from "./text.js";
import { day, hour } from "./time.js";

const to = (ref) => `#/${encodeURIComponent(ref.channel)}/${encodeURIComponent(ref.message)}`;

/** Return a card's element; `press(button, element, chosen)` is called when one is pressed, or something chosen. */
export function cardElement(card, { names, nameOf, channelName, choices, press }) {
  const parts = [];
  const greets = card.greets.map((member) => el("span", { class: "mention" }, `@${nameOf(member)}`));
  if (card.title) parts.push(el("h4", {}, card.title));
  if (card.text || greets.length) {
    const between = greets.flatMap((greet) => [greet, " "]);
    parts.push(el("p", { class: "text" }, ...between, ...rich(card.text, names)));
  }
  if (card.leads_to) {
    const way = `#/${encodeURIComponent(card.leads_to)}`;
    parts.push(el("p", { class: "text" }, el("a", { href: way }, `Go to ${channelName(card.leads_to)}`)));
  }
  for (const quote of card.quotes) parts.push(quoteElement(quote, names, channelName));
  if (card.fields.length) {
    parts.push(el("dl", {}, ...card.fields.map((field) => el("div", {}, el("dt", {}, field.name), el("dd", {}, field.value)))));
  }
  for (const section of card.sections) parts.push(...sectionElements(section, channelName));
  for (const picture of card.pictures) parts.push(pictureElement(picture));
  if (card.selects.length) {
    parts.push(el("div", { class: "selects" }, ...card.selects.map((each) => el("label", {}, el("span", {}, each.label),
      selectElement(each, choices, {
        data: { focus: `select ${each.name} ${each.value}` },
        on: { change: (event) => event.currentTarget.value && press(each, event.currentTarget, [event.currentTarget.value]) },
      })))));
  }
  if (card.buttons.length) {
    parts.push(el("div", { class: "buttons" }, ...card.buttons.map((each, index) => el("button", {
      type: "button", class: each.style, data: { focus: `button ${each.name} ${each.value}` },
      on: { click: (event) => press(each, event.currentTarget) },
    }, each.label))));
  }
  if (card.footer) parts.push(el("p", { class: "footer" }, card.footer));
  return el("div", { class: `card ${card.tone}` }, ...parts);
}

/** Return what one chooses in; where nothing is chosen yet, that stands first. */
export function selectElement(select, choices, props = {}) {
  const options = choices(select);
  const known = options.some((each) => each.value === select.chosen);
  return el("select", props, !known && el("option", { value: "" }, "Choose…"),
    ...options.map((each) => el("option", { value: each.value, selected: each.value === select.chosen }, each.label)));
}

function quoteElement(quote, names, channelName) {
  const at = new Date(quote.at);
  return el("blockquote", {},
    el("p", { class: "text" }, ...rich(quote.text, names)),
    el("footer", {}, el("cite", {}, quote.author), ` in ${channelName(quote.ref.channel)}, `,
      el("time", { datetime: quote.at, title: day(at) }, hour(at)), " ",
      el("a", { href: to(quote.ref) }, "Go to message")));
}

// As part of the page a picture has the page's colours; where it cannot be had, its words say what it shows.
function pictureElement(picture) {
  const figure = el("figure", { class: "drawn" });
  fetch(picture.svg)
    .then((answer) => answer.ok ? answer.text() : Promise.reject(new Error(answer.statusText)))
    .then((drawn) => figure.replaceChildren(document.importNode(new DOMParser().parseFromString(drawn, "image/svg+xml").documentElement, true)))
    .catch(() => figure.replaceChildren(el("p", { class: "footer" }, picture.alt)));
  return figure;
}

function sectionElements(section, channelName) {
  const items = section.items.map((item) => el("li", {}, item.text, ...item.refs.flatMap((ref, index) => [
    " ", el("a", { href: to(ref), "aria-label": `Message ${index + 1} in ${channelName(ref.channel)}`, title: channelName(ref.channel) },
      item.refs.length > 1 ? `[${index + 1}]` : channelName(ref.channel)),
  ])));
  return [el("h5", {}, section.name), el("ul", {}, ...items)];
}
