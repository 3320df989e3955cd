// Hearth's own page, and the forms it opens.
import { api, store } from "./store.js";
import { byId, el } from "./dom.js";
import { selectElement } from "./card.js";
import { choices, hearthsCard, showMessages, tried } from "./messages.js";

const dialog = byId("asking");
let shown = null;  // The form that is in the dialog.
let drawn = "";

/** Show the home page where it is open: its cards, and Hearth's answers to what is done there. */
export function showHome(channel) {
  const open = Boolean(channel.home);
  byId("home").hidden = !open;
  byId("composer").hidden = open;
  if (!open) { drawn = ""; return; }
  const wanted = JSON.stringify([store.as, store.home, [...store.channels.keys()]]);
  if (drawn !== wanted) {
    drawn = wanted;
    const focus = byId("home").contains(document.activeElement) ? document.activeElement.dataset.focus : null;
    byId("home").replaceChildren(...(store.home ?? []).map((card) => hearthsCard(card, "home")));
    if (focus) [...byId("home").querySelectorAll("[data-focus]")].find((each) => each.dataset.focus === focus)?.focus();
  }
  showMessages({ ...store.direct, home: true }, (message) => message.only_you);
  store.seen(store.direct.id);
}

/** Tell Hearth that one looks at its page: it shows how things are now. */
export async function visitHome() {
  if (store.me.state === "here") await tried(api("POST", "home", { as: store.as }));
}

/** Show the form that Hearth opened, if there is one. */
export function showForm() {
  const form = store.forms.at(-1) ?? null;
  if (form?.id === shown?.id) return;
  shown = form;
  if (!form) { dialog.close(); return; }
  byId("asking-name").textContent = form.title;
  byId("asking-text").textContent = form.text;
  byId("asking-problem").textContent = "";
  byId("asking-send").textContent = form.submit;
  byId("asking-fields").replaceChildren(...form.fields.map(fieldElement));
  if (!dialog.open) dialog.showModal();
  byId("asking-fields").querySelector("input, textarea, select")?.focus();
}

function fieldElement(field) {
  const id = `field-${field.name}`;
  if ("among" in field) return el("div", { class: "field" }, el("label", { for: id }, field.label), selectElement(field, choices, { id, name: field.name, required: true }));
  const props = { id, name: field.name, maxlength: String(field.most), required: !field.optional, "aria-describedby": field.hint ? `${id}-hint` : null };
  const input = field.lines ? el("textarea", { ...props, rows: "4" }) : el("input", { ...props, type: "text", autocomplete: "off", spellcheck: "false" });
  input.value = field.text;
  return el("div", { class: "field" }, el("label", { for: id }, field.label), input, field.hint && el("p", { class: "small", id: `${id}-hint` }, field.hint));
}

async function close() {
  if (!shown) return;
  await tried(api("DELETE", `forms/${shown.id}?as=${encodeURIComponent(store.as)}`));
}

byId("asking-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const fields = Object.fromEntries(shown.fields.map((field) => {
    const written = byId(`field-${field.name}`).value;
    return [field.name, "among" in field ? [written] : written];
  }));
  try {
    await api("POST", `forms/${shown.id}`, { as: store.as, fields });
  } catch (problem) {
    byId("asking-problem").textContent = problem.message;
  }
});
byId("asking-cancel").addEventListener("click", close);
dialog.addEventListener("cancel", (event) => { event.preventDefault(); close(); });
