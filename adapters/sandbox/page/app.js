// The page: opens channels by the address, and shows what the store knows whenever it changes.
import { store } from "./store.js";
import { byId, el, toast } from "./dom.js";
import { reveal, showMessages, whenReplying } from "./messages.js";
import { replyTo, writeIn } from "./composer.js";
import { become, showPlaces } from "./places.js";
import { showForm, showHome, visitHome } from "./home.js";
import { showClock, tryFirst, whenGoing } from "./guide.js";

const FIRST = "general";
const THEMES = ["auto", "light", "dark"];

const wide = matchMedia("(min-width: 62rem)");

/** Return what the address names: a channel, and a message where it leads to one. */
function address() {
  const [channel, message] = location.hash.startsWith("#/") ? location.hash.slice(2).split("/").map(decodeURIComponent) : [];
  return { channel, message };
}

/** Return the open channel: the one the address names, where whoever one plays can read it. */
function open() {
  const { channel } = address();
  return store.channels.get(channel) ?? (channel?.startsWith("dm-") ? store.direct : store.channels.get(FIRST));
}

function go(channel) {
  pane("talk");
  if (address().channel === channel) show();
  else { history.pushState(null, "", `#/${encodeURIComponent(channel)}`); show(); }
}

function show() {
  const channel = open();
  document.title = `${channel.direct ? channel.name : `#${channel.name}`} · Hearth sandbox`;
  byId("channel").textContent = channel.direct ? channel.name : `# ${channel.name}`;
  byId("purpose").textContent = channel.private && !channel.direct ? `${channel.purpose} · private` : channel.purpose;
  showEmpty(channel);
  showHome(channel);
  if (channel.home) visit();
  else { showMessages(channel); visited = null; }
  store.seen(channel.id);
  showPlaces(channel.id);
  writeIn(channel);
  showForm();
  showClock();
}

let visited = null;

/** Opening the home page is told to Hearth, once as long as one looks at it. */
function visit() {
  if (visited === store.as) return;
  visited = store.as;
  visitHome();
}

/** What stands where nothing was said: on the very first look, the way to begin. */
function showEmpty(channel) {
  const first = channel.id === FIRST && !store.members.has("ada");
  byId("empty-text").textContent = first ? "A little community, and you play everyone in it."
    : channel.direct ? `Nothing from Hearth for ${store.me.name} alone yet.` : `Nothing was said in #${channel.name} yet.`;
  byId("begin").hidden = !first;
}

function follow() {
  pane("talk");
  const { channel, message } = address();
  if (channel && !store.channels.has(channel) && !channel.startsWith("dm-")) toast(`${store.me.name} cannot read #${channel}.`);
  show();
  if (message && !reveal(message)) toast("That message is not there any more.");
}

function elsewhere({ channel, as }) {
  const direct = channel.startsWith("dm-");
  const who = store.members.get(as)?.name ?? as;
  toast(direct ? `Hearth told ${who} something alone.` : `Hearth wrote in #${channel}, which ${store.me.name} cannot read.`, {
    label: `Read it as ${who}`,
    act: async () => { await become(as); go(channel); },
  });
}

/** On a small screen, one of three panes is shown. */
function pane(name) {
  document.body.dataset.pane = name;
  for (const each of document.querySelectorAll(".panes button")) each.setAttribute("aria-pressed", String(each.dataset.pane === name));
}

function theme(name) {
  document.documentElement.dataset.theme = name;
  localStorage.setItem("hearth.theme", name);
  byId("theme").replaceChildren({ auto: "◐", light: "☀", dark: "☾" }[name], el("span", { class: "hidden-text" }, ` Colours: ${name}`));
  byId("theme").title = `Colours: ${name}`;
}

function neighbour(step) {
  const ids = [...store.channels.keys()];
  go(ids[(ids.indexOf(open().id) + step + ids.length) % ids.length]);
}

whenReplying((message, inThread) => { pane("talk"); replyTo(message, inThread); });
whenGoing(go);
store.addEventListener("change", show);
store.addEventListener("elsewhere", (event) => elsewhere(event.detail));
store.addEventListener("lost", () => { byId("lost").hidden = false; });
store.addEventListener("found", () => { byId("lost").hidden = true; });
addEventListener("hashchange", follow);
addEventListener("popstate", () => show());
document.addEventListener("keydown", (event) => {
  if (event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
    event.preventDefault();
    neighbour(event.key === "ArrowUp" ? -1 : 1);
  }
});
document.addEventListener("click", (event) => {
  const link = event.target.closest?.('a[href^="#/"]');
  if (link && link.getAttribute("href") === location.hash) follow();  // The address is there already.
});
byId("skip").addEventListener("click", (event) => { event.preventDefault(); pane("talk"); byId("text").focus(); });
byId("begin").addEventListener("click", () => tryFirst());
byId("messages").addEventListener("click", (event) => {
  if (event.target.closest("a, button, textarea")) return;
  const message = event.target.closest(".message");
  for (const each of document.querySelectorAll(".message.open")) if (each !== message) each.classList.remove("open");
  message?.classList.toggle("open");
});
for (const each of document.querySelectorAll(".panes button")) each.addEventListener("click", () => pane(each.dataset.pane));
byId("theme").addEventListener("click", () => theme(THEMES[(THEMES.indexOf(document.documentElement.dataset.theme) + 1) % THEMES.length]));

theme(THEMES.includes(localStorage.getItem("hearth.theme")) ? localStorage.getItem("hearth.theme") : "auto");
pane("talk");

async function begin() {
  try {
    await store.become();
    const { message } = address();
    if (message) reveal(message);
    if (wide.matches) byId("text").focus();
  } catch {
    byId("lost").hidden = false;
    setTimeout(begin, 2000);
  }
}
begin();
