// Where one writes: text in several lines, replies, /community commands, and link buttons of a pasted card.
import { api, store } from "./store.js";
import { button, byId, el } from "./dom.js";
import { short } from "./text.js";
import { toast } from "./dom.js";
import { tried } from "./messages.js";

const COMMANDS = [
  ["help", "what there is"], ["status", "what works, what is off"], ["setup", "what Hearth needs, with pickers"], ["me", "what is known about you"], ["questions", "what waits for an answer"],
  ["check", "is this draft salesy?"], ["digest", "the week so far"], ["feedback", "what members said"], ["health", "is all well?"],
  ["welcome", "as a newcomer sees it"], ["settings", "what is set, and how to change it"], ["web", "a link to the pages"],
  ["subscribe", "requests weekly monday 9:00"], ["subscriptions", "who gets which digest"], ["preview", "a digest as it stands"],
  ["now", "a digest at once"], ["pause", "stop a digest for a while"], ["resume", "let it go on"], ["unsubscribe", "end it"],
];
const SLASH = /^\/community(?:\s+([\s\S]*))?$/;

const drafts = new Map();
const field = byId("text");
let channel = null;
let context = null;  // {label, thread} or {label, reply_to}
let attached = [];
let last = Promise.resolve();  // What was sent before, and may be under way.

/** Write in a channel from now on; each channel keeps its draft. */
export function writeIn(where) {
  if (channel?.id !== where.id) {
    if (channel) drafts.set(channel.id, { text: field.value, context, attached });
    channel = where;
    write(drafts.get(where.id) ?? { text: "", context: null, attached: [] });
  }
  channel = where;
  if (context && !store.messages.has(context.thread ?? context.reply_to)) context = null;
  const pending = store.me.state === "pending";
  const place = where.direct ? "to Hearth, alone" : `in #${where.name}`;
  byId("text-label").textContent = `Message ${place}, as ${store.me.name}`;
  field.disabled = byId("send").disabled = byId("attach").disabled = pending;
  field.placeholder = pending ? `${store.me.name} has to be admitted first, under People`
    : where.direct ? "/community help" : `Write in #${where.name} as ${store.me.name}`;
  byId("attach").hidden = where.direct;
  drawContext();
  drawCommands();
}

/** Reply to a message: in its thread where that is asked for or the custom, natively where the channel is flat. */
export function replyTo(message, inThread = channel.replies === "threads") {
  const words = short(message.text || message.card?.title || message.card?.text || "", 60);
  context = inThread
    ? { label: `In ${message.author_name}’s thread: ${words}`, thread: message.thread ?? message.id }
    : { label: `Reply to ${message.author_name}: ${words}`, reply_to: message.id };
  drawContext();
  field.focus();
}

/** Put a draft there, ready to be sent. */
export function draft(text, { reply = null, buttons = [] } = {}) {
  write({ text, context: null, attached: buttons.map((each) => ({ ...each })) });
  if (reply) replyTo(reply);
  field.focus();
  field.setSelectionRange(text.length, text.length);
}

function send() {
  const text = field.value;
  const buttons = attached.filter((each) => each.label || each.url);
  if (!text.trim() && !buttons.length) return;
  const command = text.trim().match(SLASH);
  if (!command && text.startsWith("/")) { toast("The one command here is /community; try /community help."); return; }
  const written = { channel, text, context, attached };
  const body = { as: store.as, channel: channel.id, text: command ? command[1] ?? "" : text };
  if (!command) Object.assign(body, { buttons, thread: context?.thread ?? null, reply_to: context?.reply_to ?? null });
  write({ text: "", context: null, attached: [] });
  byId("scroll").scrollTop = byId("scroll").scrollHeight;
  // One after the other, so that what is sent first is said first.
  last = last.then(async () => {
    if (!await tried(api("POST", command ? "commands" : "messages", body))) giveBack(written);
  });
}

/** Put back what could not be sent, where nothing else was written meanwhile. */
function giveBack(written) {
  if (written.channel.id !== channel.id) { if (!drafts.get(written.channel.id)?.text) drafts.set(written.channel.id, written); }
  else if (!field.value && !attached.length) write(written);
}

function write(draft) {
  ({ context, attached } = draft);
  field.value = draft.text;
  drawAttached();
  drawContext();
  drawCommands();
  grow();
}

function drawContext() {
  byId("context").hidden = !context;
  byId("context").firstElementChild.textContent = context?.label ?? "";
}

function drawAttached() {
  byId("attached").replaceChildren(...attached.map((each, index) => {
    const input = (name, label, type) => {
      const made = el("input", { type, placeholder: label, "aria-label": `${label} of link button ${index + 1}`, maxlength: name === "label" ? "75" : "2000" });
      made.value = each[name];
      made.addEventListener("input", () => { each[name] = made.value; });
      return made;
    };
    return el("li", {}, input("label", "Label", "text"), input("url", "Address", "url"),
      button("×", () => { attached.splice(index, 1); drawAttached(); byId("attach").focus(); }, { class: "quiet", "aria-label": `Remove link button ${index + 1}` }));
  }));
}

function drawCommands() {
  const typed = field.value;
  const word = typed.replace(/^\/community\s*/, "").replace(/^\/\w*$/, "");
  const fitting = typed.startsWith("/") && !typed.includes("\n") ? COMMANDS.filter(([name]) => name.startsWith(word) && name !== word) : [];
  byId("commands").hidden = !fitting.length;
  byId("commands").replaceChildren(...fitting.map(([name, what]) => el("li", {}, button(el("span", {}, el("b", {}, name), ` ${what}`), () => {
    field.value = `/community ${name}${name === "check" ? " " : ""}`;
    field.focus();
    drawCommands();
  }))));
}

/** Let the field grow with its text where the browser does not by itself. */
function grow() {
  if (CSS.supports("field-sizing", "content")) return;
  field.style.height = "auto";
  field.style.height = `${Math.min(field.scrollHeight, innerHeight * 0.4)}px`;
}

field.addEventListener("input", () => { drawCommands(); grow(); });
field.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); send(); }
  if (event.key === "Escape" && context) { context = null; drawContext(); }
});
byId("composer").addEventListener("submit", (event) => { event.preventDefault(); send(); });
byId("forget").addEventListener("click", () => { context = null; drawContext(); field.focus(); });
byId("attach").addEventListener("click", () => {
  attached.push({ label: "", url: "https://" });
  drawAttached();
  byId("attached").lastElementChild.querySelector("input").focus();
});
