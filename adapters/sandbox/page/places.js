// Who one plays, the channels they can read, and the people there are.
import { api, store } from "./store.js";
import { avatar, button, byId, el } from "./dom.js";
import { tried } from "./messages.js";

const ACTIONS = { here: ["leave", "leaves"], pending: ["admit", "admit"], left: ["return", "comes back"] };

/** Show them, with the open channel marked. */
export function showPlaces(open) {
  const channels = [...store.channels.values()];
  byId("channels").replaceChildren(...channels.filter((each) => !each.direct).map((each) => channelRow(each, open)));
  byId("direct").replaceChildren(...channels.filter((each) => each.direct).map((each) => channelRow(each, open)));
  const total = channels.filter((each) => each.id !== open).reduce((sum, each) => sum + store.unread(each.id), 0);
  byId("unread").hidden = !total;
  byId("unread").textContent = String(total);
  keepFocus(byId("people"), () => byId("people").replaceChildren(...[...store.members.values()].map(personRow)));
  showPersona();
}

/** Become somebody; the page follows. */
export async function become(member) {
  await tried(store.become(member));
}

function channelRow(channel, open) {
  const unread = channel.id === open ? 0 : store.unread(channel.id);
  const sign = channel.home ? "⌂" : channel.direct ? "✉" : channel.private ? "" : "#";
  return el("li", {}, el("a", {
    href: `#/${encodeURIComponent(channel.id)}`, class: unread ? "unread" : null, title: channel.purpose,
    "aria-current": channel.id === open ? "page" : null,
  }, el("span", { class: sign ? "sign" : "sign lock", "aria-hidden": "true" }, sign), el("span", { class: "name" }, channel.name),
  channel.private && !channel.direct && el("span", { class: "hidden-text" }, " (private)"),
  unread > 0 && el("b", { class: "count" }, String(unread), el("span", { class: "hidden-text" }, " new"))));
}

function personRow(member) {
  const about = member.state === "pending" ? "waits for the screening" : member.state === "left" ? "has left" : member.bot ? "bot" : member.about;
  const [action, label] = ACTIONS[member.state];
  const gone = member.state === "left";
  const face = [avatar(member.name, store.place(member.id)), el("span", { class: "name" }, member.name, about && el("small", {}, about))];
  return el("li", { class: gone ? "gone" : null },
    gone ? el("span", { class: "person" }, ...face)
      : button(el("span", { class: "person" }, ...face), () => become(member.id), {
        class: "become", "aria-pressed": String(member.id === store.as), data: { focus: `become ${member.id}` }, title: `Be ${member.name}`,
      }),
    member.id === "you" ? null : button(label, () => tried(api("POST", `members/${encodeURIComponent(member.id)}/${action}`)),
      { class: member.state === "here" ? "small-button shy" : "small-button", "aria-label": member.state === "pending" ? `admit ${member.name}` : `${member.name} ${label}`, data: { focus: `change ${member.id}` } }));
}

function showPersona() {
  const select = byId("as");
  const present = [...store.members.values()].filter((each) => each.state !== "left");
  const wanted = JSON.stringify(present.map((each) => [each.id, each.name, each.about, each.state]));
  if (select.dataset.shown !== wanted) {
    select.dataset.shown = wanted;
    select.replaceChildren(...present.map((each) => {
      const about = each.state === "pending" ? "waiting" : each.bot ? "bot" : each.about;
      return el("option", { value: each.id }, about ? `${each.name} (${about})` : each.name);
    }));
  }
  select.value = store.as;
}

function keepFocus(parent, draw) {
  const key = parent.contains(document.activeElement) ? document.activeElement.dataset.focus : null;
  draw();
  if (key) [...parent.querySelectorAll("[data-focus]")].find((each) => each.dataset.focus === key)?.focus();
}

const dialog = byId("joining");
const form = byId("joining-form");

byId("as").addEventListener("change", (event) => become(event.target.value));
byId("join").addEventListener("click", () => {
  form.reset();
  byId("joining-problem").textContent = "";
  byId("new-name").value = store.members.has("ada") ? "" : "ada";
  dialog.showModal();
  byId("new-name").select();
});
byId("joining-cancel").addEventListener("click", () => dialog.close());
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const given = new FormData(form);
  try {
    const joined = await api("POST", "members", {
      name: given.get("name"), pending: given.has("pending"), manager: given.has("manager"), bot: given.has("bot"),
    });
    dialog.close();
    await become(joined.member);
    byId("text").focus();
  } catch (problem) {
    byId("joining-problem").textContent = problem.message;
  }
});
