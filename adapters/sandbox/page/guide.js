// The clock with its jumps, and what to try: each hint gets everything ready, so that one only has to send.
import { api, store } from "./store.js";
import { button, byId, el, toast } from "./dom.js";
import { become } from "./places.js";
import { draft } from "./composer.js";
import { tried } from "./messages.js";
import { hour, nextNine, shortDay } from "./time.js";

const JUMPS = [
  ["4 hours later", () => ({ forward_s: 4 * 3600 })],
  ["Tomorrow 9:00", () => ({ to: nextNine(store.now(), 1).toISOString() })],
  ["Monday 9:00", () => ({ to: nextNine(store.now(), 0, 1).toISOString() })],
];

const QUESTION = "Hi all! I set up my first project today.\nHow do I export my boards to CSV? I looked through the settings and could not find it";
const ANSWER = "Open the board, then the ⋯ menu → Export → CSV. It takes a minute on big boards.";
const NEWSLETTER = `🚀 BIG NEWS, everyone! Our Spring Release is HERE!

Upgrade to Pro before Friday and get 30% off your first year. Don't miss out, this offer ends soon!
✅ Unlimited boards   ✅ Priority support   ✅ 3x faster syncing

Read more: https://example.com/spring?utm_source=community&utm_campaign=spring-release
You get this because you are part of our community. Unsubscribe: https://example.com/unsubscribe`;
const BUTTONS = ["Subscribe to news", "Subscribe to offers", "Subscribe to events", "Subscribe to tips", "Subscribe to everything"]
  .map((label) => ({ label, url: `https://example.com/subscribe/${label.split(" ").at(-1)}?utm_source=community` }));
const BUG = "The app crashes on my phone since the last update: I open a board with more than 50 cards, and it closes at once. It worked last week.";

const WISH = "It would be great if I could give boards different colours. With twelve of them I keep opening the wrong one.";

const HINTS = [
  { name: "Somebody joins", text: "ada comes in. Hearth welcomes her, once and for good.", label: "Let ada join", act: welcome },
  { name: "A question", text: "ada asks in #help. Nobody answers yet.", label: "Draft the question", act: () => prepare("ada", "help", QUESTION) },
  { name: "It stays open", text: "After four hours Hearth flags it for the managers, with reasons and buttons.", label: "Wait 4 hours in #managers", act: wait },
  { name: "An answer", text: "bob replies in her thread. Watch the flag in #managers change.", label: "Draft the answer", act: () => replyToAda("bob", ANSWER) },
  { name: "Thanks", text: "ada’s thanks confirm it.", label: "Draft the thanks", act: () => replyToAda("ada", "Thanks bob, that worked!") },
  { name: "A newsletter", text: "dan from marketing pastes one with five buttons. Hearth tells dan first, in private, why it reads as selling.", label: "Draft the newsletter", act: () => prepare("dan", "announcements", NEWSLETTER, { buttons: BUTTONS }) },
  { name: "It is left", text: "dan has ten minutes to change it. Then Hearth shows it to the managers, with its reasons and what they can do.", label: "Wait 10 minutes in #managers", act: waitForDan },
  { name: "A bug", text: "cleo reports one in passing. It goes into the week’s digest.", label: "Draft the report", act: () => prepare("cleo", "general", BUG) },
  { name: "A wish", text: "bob would like something. The digest carries that too.", label: "Draft the wish", act: () => prepare("bob", "general", WISH) },
  { name: "The week’s digest", text: "On Monday morning it stands in #feedback, every line with its link. A week with less than three things to tell gets none.", label: "Go to Monday 9:00", act: digest },
  { name: "Setting up", text: "In a community of yours Hearth says on arrival what it needs. Here all is set; ask for the card with its pickers.", label: "Type /community setup", act: () => prepare("you", "managers", "/community setup") },
  { name: "Commands", text: "Managers ask Hearth: status, questions, check a draft.", label: "Type /community", act: () => prepare("you", "managers", "/community ") },
];

// What was tried since the tab was opened.
const DONE = "hearth.tried";

let go = () => {};

/** Say how to open a channel. */
export function whenGoing(open) { go = open; }

/** Show the time. */
export function showClock() {
  const now = store.now();
  byId("now").dateTime = now.toISOString();
  byId("now").replaceChildren(el("b", {}, hour(now)), ` ${shortDay(now)}, UTC`);
}

async function jump(body, pressed) {
  const controls = [...byId("jumps").children];
  controls.forEach((each) => { each.disabled = true; });
  pressed?.setAttribute("aria-busy", "true");
  const moved = await tried(api("POST", "clock", body));
  pressed?.removeAttribute("aria-busy");
  controls.forEach((each) => { each.disabled = false; });
  pressed?.focus();
  return moved;
}

async function prepare(member, channel, text, more = {}) {
  if (!await present(member)) return false;
  await become(member);
  go(channel);
  draft(text, more);
  return true;
}

/** Let somebody join, come back or be admitted, where they are not here. */
async function present(member) {
  const known = store.members.get(member);
  if (known?.state === "here") return true;
  if (!known) return tried(api("POST", "members", { name: member }));
  return tried(api("POST", `members/${member}/${known.state === "left" ? "return" : "admit"}`));
}

async function welcome() {
  if (store.members.get("ada")?.state === "here") toast("ada is here already; let somebody else join, at the top.");
  else if (await present("ada")) toast("ada is in. Hearth greets her in a few seconds.");
  else return false;
  await become("ada");
  go("general");
  return true;
}

async function wait(pressed) {
  await become("you");
  go("managers");
  return jump(JUMPS[0][1](), pressed);
}

async function waitForDan(pressed) {
  await become("you");
  go("managers");
  return jump({ forward_s: 11 * 60 }, pressed);
}

async function digest(pressed) {
  await become("you");
  go("feedback");
  // What is said early on a Monday is of the week that begins then.
  return jump({ to: nextNine(store.now(), 1, 1).toISOString() }, pressed);
}

async function replyToAda(member, text) {
  const asked = store.in("help").findLast((each) => each.author === "ada" && !each.thread);
  if (!asked) { toast("ada has to ask first: that is the second hint."); return false; }
  return prepare(member, "help", text, { reply: asked });
}

/** Try the first hint, as its button does. */
export function tryFirst() {
  byId("hints").querySelector("button").click();
}

function hintRow(hint, index) {
  const fold = el("details", { name: "hint", open: index === firstUndone() }, el("summary", {}, hint.name), el("p", {}, hint.text),
    button(hint.label, async (event) => {
      if (!await hint.act(event.currentTarget)) return;
      sessionStorage.setItem(DONE, JSON.stringify([...new Set([...done(), hint.name])]));
      row.classList.add("done");
      const next = byId("hints").children[firstUndone()];
      if (next) next.firstElementChild.open = true;
    }));
  const row = el("li", { class: done().includes(hint.name) ? "done" : null }, fold);
  return row;
}

function done() {
  return JSON.parse(sessionStorage.getItem(DONE) ?? "[]");
}

function firstUndone() {
  return HINTS.findIndex((hint) => !done().includes(hint.name));
}

byId("jumps").append(...JUMPS.map(([label, body]) => button(label, (event) => jump(body(), event.currentTarget))));
byId("hints").append(...HINTS.map(hintRow));
setInterval(() => store.clock && showClock(), 5000);
