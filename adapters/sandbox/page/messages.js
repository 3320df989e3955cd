// The list of what was said in a channel, with threads below their first message.
import { api, store } from "./store.js";
import { avatar, button, byId, el, toast } from "./dom.js";
import { cardElement } from "./card.js";
import { outward, rich, short } from "./text.js";
import { day, gap, hour } from "./time.js";

const SHORTCUTS = [["answered", "Mark as answered"], ["feedback", "This is feedback"], ["salesy", "Is this salesy?"]];
const QUICK = [["👍", "thumbs up"], ["❤️", "heart"], ["🎉", "party"], ["👀", "eyes"], ["✅", "check mark"]];
// From here on it is worth saying that time went by.
const LULL = 3_600_000;

const drawn = new Map();  // Element and the state it shows, by key.
let editing = null;  // {message, text} while somebody rewrites a message.
let current = null;
let onReply = () => {};

/** Say what to do when somebody wants to reply to a message. */
export function whenReplying(listener) { onReply = listener; }

/** Show a channel, or those messages of it that are wanted; keeps what did not change, where the focus was, and the end in sight. */
export function showMessages(channel, only = () => true) {
  const scroll = byId("scroll");
  const here = `${store.as} ${channel.id} ${channel.home ?? ""}`;
  const moved = current !== here;
  if (moved) { drawn.clear(); editing = null; current = here; byId("messages").replaceChildren(); }
  const atEnd = moved || scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 120;
  const focus = focusKey();

  const all = store.in(channel.id).filter(only);
  const roots = all.filter((each) => !each.thread || !store.messages.has(each.thread));
  const replies = Map.groupBy(all.filter((each) => each.thread), (each) => each.thread);
  const wanted = [];
  let before = null;
  for (const root of roots) {
    const at = new Date(root.at);
    if (!before || day(before) !== day(at)) wanted.push(keep(`day ${day(at)}`, [], () => el("li", { class: "divider" }, el("span", {}, day(at)))));
    else if (at - before >= LULL) wanted.push(keep(`lull ${root.id}`, [], () => el("li", { class: "divider lull" }, el("span", {}, gap(before, at)))));
    before = at;
    const below = replies.get(root.id) ?? [];
    const others = [root, ...below].map((each) => each.reply_to && store.messages.get(each.reply_to)?.text);
    const rewritten = [root, ...below].some((each) => each.id === editing?.message) && editing;
    wanted.push(keep(root.id, [root, below, others, rewritten, store.members.size, store.me.state], () => rootElement(root, below, channel)));
  }
  place(byId("messages"), wanted);
  byId("empty").hidden = roots.length > 0 || Boolean(channel.home);
  const hidden = store.earlier[channel.id] ?? 0;
  byId("earlier").hidden = !hidden;
  byId("earlier").textContent = hidden === 1 ? "One earlier message is not shown." : `${hidden} earlier messages are not shown.`;
  restoreFocus(focus);
  if (moved && channel.home) scroll.scrollTop = 0;
  else if (atEnd) scroll.scrollTop = scroll.scrollHeight;
}

/** Bring a message into sight and mark it; says whether it is there. */
export function reveal(id) {
  const element = document.getElementById(id);
  if (!element) return false;
  element.scrollIntoView({ block: "center" });
  element.focus({ preventScroll: true });
  element.classList.remove("found");
  void element.offsetWidth;  // Lets the mark fade again when it was shown before.
  element.classList.add("found");
  return true;
}

function keep(key, shown, make) {
  const signature = JSON.stringify(shown);
  const before = drawn.get(key);
  if (before?.signature === signature) return before.element;
  const element = make();
  drawn.set(key, { signature, element });
  return element;
}

/** Put children in order, touching only what is out of place. */
function place(parent, children) {
  const wanted = new Set(children);
  for (const child of [...parent.children]) if (!wanted.has(child)) child.remove();
  children.forEach((child, index) => {
    if (parent.children[index] !== child) parent.insertBefore(child, parent.children[index] ?? null);
  });
}

function focusKey() {
  const active = document.activeElement;
  const message = active?.closest?.(".message");
  if (!message) return null;
  return { message: message.id, key: active.dataset.focus, from: active.selectionStart, to: active.selectionEnd };
}

function restoreFocus(focus) {
  if (!focus || document.activeElement?.closest(".message")) return;
  const message = document.getElementById(focus.message);
  if (!message) return;
  const same = focus.key && [...message.querySelectorAll("[data-focus]")].find((each) => each.dataset.focus === focus.key);
  (same || message).focus({ preventScroll: true });
  if (same && focus.from !== undefined && same.setSelectionRange) same.setSelectionRange(focus.from, focus.to);
}

function rootElement(root, replies, channel) {
  const item = messageElement(root, channel);
  if (!replies.length) return item;
  const count = replies.length === 1 ? "1 reply" : `${replies.length} replies`;
  item.lastElementChild.append(el("ol", { class: "thread", "aria-label": count }, ...replies.map((each) => messageElement(each, channel))));
  if (store.me.state === "here" && !channel.direct) {
    item.lastElementChild.append(button("Reply in thread", () => onReply(root, true), { class: "quiet reply", data: { focus: "reply" } }));
  }
  return item;
}

function messageElement(message, channel) {
  const at = new Date(message.at);
  const author = store.members.get(message.author);
  const tag = message.hearth ? "bot" : author?.bot ? "bot" : author?.manager ? "manager" : author?.about === "marketing" ? "marketing" : "";
  return el("li", { class: `message${message.hearth ? " hearth" : ""}${message.only_you ? " only-you" : ""}`, id: message.id, tabindex: "-1" },
    avatar(message.author_name, store.place(message.author), message.hearth),
    el("div", { class: "body" },
      el("p", { class: "who" }, el("b", {}, message.author_name), tag && el("span", { class: "tag" }, tag),
        el("time", { datetime: message.at }, hour(at)), message.edited_at && !message.hearth && el("span", { class: "edited" }, "edited"),
        message.only_you && el("span", { class: "edited" }, "Only you can see this")),
      replyLine(message), contentElement(message), reactionsElement(message), toolsElement(message, channel)));
}

function replyLine(message) {
  if (!message.reply_to) return null;
  const replied = store.messages.get(message.reply_to);
  if (!replied) return el("p", { class: "reply-to" }, "↪ a message that was deleted");
  return el("p", { class: "reply-to" }, el("a", { href: `#/${encodeURIComponent(message.channel)}/${replied.id}` },
    `↪ ${replied.author_name}: ${short(replied.text || replied.card?.title || replied.card?.text || "")}`));
}

function contentElement(message) {
  const names = new Set([...store.members.values()].map((each) => each.name.toLowerCase()));
  if (message.card) {
    return hearthsCard(message.card, message.id);
  }
  if (editing?.message === message.id) return editElement(message);
  const linked = message.buttons.map((each) => outward(each.url, each.label, { class: "link-button" }));
  return el("div", {}, message.text && el("div", { class: "text" }, ...rich(message.text, names)),
    linked.length > 0 && el("div", { class: "buttons" }, ...linked));
}

/** Return the element of a card of Hearth's, which stands in a message or on the home page. */
export function hearthsCard(card, message) {
  return cardElement(card, {
    names: new Set([...store.members.values()].map((each) => each.name.toLowerCase())),
    nameOf: (member) => store.members.get(member)?.name ?? member,
    channelName: (channel) => store.channels.has(channel) ? `#${store.channels.get(channel).name}` : "another channel",
    choices,
    press: (pressed, element, chosen = []) => press(message, pressed, element, chosen),
  });
}

/** Return what can be chosen in a select: its options, or the channels or members there are. */
export function choices(select) {
  if (select.among === "channels") return [...store.channels.values()].filter((each) => !each.direct).map((each) => ({ value: each.id, label: `#${each.name}` }));
  if (select.among === "members") return [...store.members.values()].filter((each) => each.state === "here").map((each) => ({ value: each.id, label: each.name }));
  return select.options;
}

function editElement(message) {
  const field = el("textarea", { id: `edit-${message.id}`, rows: "2", data: { focus: "edit" } });
  field.value = editing.text;
  const stop = () => { editing = null; redraw(); byId(message.id)?.focus(); };
  const save = async () => {
    if (await tried(api("PATCH", `messages/${message.id}`, { as: store.as, text: field.value }))) stop();
  };
  field.addEventListener("input", () => { editing.text = field.value; });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { event.stopPropagation(); stop(); }
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); save(); }
  });
  return el("div", { class: "edit" }, el("label", { for: field.id, class: "hidden-text" }, "Edit the message"), field,
    el("div", { class: "row" }, button("Cancel", stop), button("Save", save, { class: "primary" })));
}

function reactionsElement(message) {
  if (!message.reactions.length) return null;
  return el("ul", { class: "reactions", "aria-label": "Reactions" }, ...message.reactions.map(({ emoji, members }) => {
    const mine = members.includes(store.as);
    const who = members.map((each) => each === "hearth" ? "Hearth" : store.members.get(each)?.name ?? each).join(", ");
    return el("li", {}, button(`${emoji} ${members.length}`, () => react(message, emoji, mine), {
      "aria-pressed": String(mine), "aria-label": `${emoji} by ${who}`, title: who, data: { focus: `reaction ${emoji}` },
    }));
  }));
}

function toolsElement(message, channel) {
  if (store.me.state !== "here") return null;
  const tools = [];
  if (message.only_you) tools.push(tool("Dismiss", () => remove(message)));
  else {
    for (const [emoji, name] of QUICK) {
      tools.push(tool(emoji, () => react(message, emoji, message.reactions.some((each) => each.emoji === emoji && each.members.includes(store.as))), `React with ${name}`));
    }
    if (!channel.direct) tools.push(tool(channel.replies === "threads" ? "Reply in thread" : "Reply", () => onReply(message)));
    if (!message.hearth) tools.push(shortcuts(message));
    if (message.author === store.as) tools.push(tool("Edit", () => { editing = { message: message.id, text: message.text }; redraw(); byId(`edit-${message.id}`)?.focus(); }));
    if (message.author === store.as || (store.me.manager && !channel.direct)) tools.push(tool("Delete", () => remove(message)));
  }
  return el("div", { class: "tools" }, ...tools);
}

function tool(label, act, name = null) {
  return button(label, act, { "aria-label": name, title: name, data: { focus: `tool ${name ?? label}` } });
}

/** Return the menu of what Hearth can be asked about a message. */
function shortcuts(message) {
  const menu = el("select", { "aria-label": "Shortcuts", title: "Shortcuts", data: { focus: "shortcuts" } },
    el("option", { value: "" }, "⋯"), ...SHORTCUTS.map(([value, label]) => el("option", { value }, label)));
  menu.addEventListener("change", async () => {
    const shortcut = menu.value;
    menu.value = "";
    await tried(api("POST", `messages/${message.id}/shortcuts`, { as: store.as, shortcut }));
  });
  return menu;
}

const redraw = () => store.dispatchEvent(new Event("change"));

async function react(message, emoji, mine) {
  const path = `messages/${message.id}/reactions/${encodeURIComponent(emoji)}`;
  await tried(mine ? api("DELETE", `${path}?as=${encodeURIComponent(store.as)}`) : api("PUT", path, { as: store.as }));
}

async function remove(message) {
  await tried(api("DELETE", `messages/${message.id}?as=${encodeURIComponent(store.as)}`));
}

async function press(message, pressed, element, chosen) {
  element.setAttribute("aria-busy", "true");
  await tried(api("POST", "buttons", { as: store.as, message, button: pressed.name, value: pressed.value, chosen }));
  element.removeAttribute("aria-busy");
}

/** Wait for the API; show what is wrong as a sentence. Says whether it was done. */
export async function tried(asked) {
  try {
    return await asked;
  } catch (problem) {
    toast(problem.message);
    return null;
  }
}
