// What the page knows of the sandbox: loaded once for whoever one plays, then kept up by the stream.

const KEPT = "hearth.as";
const FIRST = "you";

/** An answer of the API that says what is wrong. */
export class Problem extends Error {
  constructor(sentence, status) {
    super(sentence);
    this.status = status;
  }
}

/** Ask the API. Throws Problem with a sentence. */
export async function api(method, path, body = undefined) {
  let answer;
  try {
    answer = await fetch(`/api/${path}`, {
      method,
      headers: body === undefined ? {} : { "Content-Type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch {
    throw new Problem("Hearth does not answer. Is it still running?", 0);
  }
  const said = await answer.json().catch(() => ({ error: `Hearth answered ${answer.status}.` }));
  if (!answer.ok) throw new Problem(said.error, answer.status);
  return said;
}

class Store extends EventTarget {
  as = FIRST;
  members = new Map();
  channels = new Map();
  messages = new Map();
  earlier = {};
  forms = [];
  home = null;
  clock = null;
  #stream = null;
  #asked = 0;
  #read = new Map();
  #start = null;

  get me() { return this.members.get(this.as); }

  /** The channel in which Hearth and whoever one plays are alone. */
  get direct() { return [...this.channels.values()].find((each) => each.direct && !each.home); }

  /** Load everything as a member sees it, and follow what changes. */
  async become(member = localStorage.getItem(KEPT) ?? FIRST) {
    const asked = ++this.#asked;
    let state;
    try {
      state = await api("GET", `state?as=${encodeURIComponent(member)}`);
    } catch (problem) {
      if (problem.status !== 404 || member === FIRST) throw problem;
      return this.become(FIRST);  // Whoever one played before has left.
    }
    if (asked !== this.#asked) return;  // One became somebody else meanwhile.
    this.as = member;
    localStorage.setItem(KEPT, member);
    this.#start ??= state.seq;
    this.members = new Map(state.members.map((each) => [each.id, each]));
    this.channels = new Map(state.channels.map((each) => [each.id, each]));
    this.messages = new Map(state.messages.map((each) => [each.id, each]));
    this.channels.set("home", { id: "home", name: "Home", purpose: `Hearth’s page for ${this.me.name}`, private: true, direct: true, home: true, replies: "flat" });
    this.earlier = state.earlier;
    this.forms = state.forms;
    this.home = state.home;
    this.#setClock(state.clock);
    this.#follow(state.seq);
    this.dispatchEvent(new Event("change"));
  }

  /** Return a channel's messages, oldest first. */
  in(channel) {
    return [...this.messages.values()].filter((each) => each.channel === channel).sort((a, b) => number(a) - number(b));
  }

  /** Return how many messages of others are new in a channel. */
  unread(channel) {
    const read = this.#read.get(`${this.as} ${channel}`) ?? this.#start;
    return this.in(channel).filter((each) => number(each) > read && each.author !== this.as).length;
  }

  /** Remember that everything in a channel was seen. */
  seen(channel) {
    const newest = Math.max(this.#start ?? 0, ...this.in(channel).map(number));
    this.#read.set(`${this.as} ${channel}`, newest);
  }

  /** Return which of the members somebody is, counted from 0. */
  place(member) {
    return [...this.members.keys()].indexOf(member);
  }

  /** Return the sandbox's time. */
  now() {
    return new Date(this.clock.now + (performance.now() - this.clock.at));
  }

  #setClock(clock) {
    this.clock = { now: Date.parse(clock.now), at: performance.now() };
  }

  #follow(seq) {
    this.#stream?.close();
    const stream = new EventSource(`/api/stream?as=${encodeURIComponent(this.as)}&after=${seq}`);
    this.#stream = stream;
    let lost = false;
    stream.addEventListener("open", () => {
      this.dispatchEvent(new Event("found"));
      if (lost) this.#again();  // Hearth may have been started anew, with another past.
    });
    stream.addEventListener("error", () => {
      if (stream !== this.#stream) return;
      lost = true;
      this.dispatchEvent(new Event("lost"));
      if (stream.readyState === EventSource.CLOSED) setTimeout(() => stream === this.#stream && this.#again(), 2000);
    });
    stream.addEventListener("change", (event) => this.#take(JSON.parse(event.data)));
  }

  #again() {
    this.become(this.as).catch(() => setTimeout(() => this.#again(), 2000));
  }

  #take(change) {
    for (const message of change.messages) this.messages.set(message.id, message);
    for (const message of change.gone) this.messages.delete(message);
    for (const member of change.members) this.members.set(member.id, member);
    if (change.forms) this.forms = change.forms;
    if (change.home) this.home = change.home;
    if (change.clock) this.#setClock(change.clock);
    if (this.me?.state === "left") { this.become(FIRST); return; }
    this.dispatchEvent(new CustomEvent("change"));
    for (const where of change.elsewhere) this.dispatchEvent(new CustomEvent("elsewhere", { detail: where }));
  }
}

/** Return a message's place in the order of things. */
export const number = (message) => Number(message.id.slice(1));

export const store = new Store();
