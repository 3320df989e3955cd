// What people wrote, with its code, addresses and mentions made visible.
import { el } from "./dom.js";

const PARTS = /```(?:\w*\n)?([\s\S]+?)```|`([^`\n]+)`|(https?:\/\/[^\s<>"`]*[^\s<>"`.,;:!?')\]}*_])|(?<![\w@/.])@([\w-]+)/g;

/** Return an address as a link that opens apart, or as plain text where it is no web address. */
export function outward(url, label, props = {}) {
  let safe = false;
  try { safe = ["http:", "https:"].includes(new URL(url).protocol); } catch { /* No address at all. */ }
  return safe ? el("a", { ...props, href: url, target: "_blank", rel: "noopener noreferrer" }, label) : document.createTextNode(label);
}

/** Return nodes for a text; `names` is a set of members' names in small letters. */
export function rich(text, names) {
  const nodes = [];
  let end = 0;
  for (const found of text.matchAll(PARTS)) {
    const [whole, block, code, url, name] = found;
    let node = null;
    if (block !== undefined) node = el("pre", {}, el("code", {}, block.replace(/\n$/, "")));
    else if (code !== undefined) node = el("code", {}, code);
    else if (url !== undefined) node = outward(url, url);
    else if (names.has(name.toLowerCase())) node = el("span", { class: "mention" }, `@${name}`);
    if (!node) continue;
    nodes.push(text.slice(end, found.index), node);
    end = found.index + whole.length;
  }
  nodes.push(text.slice(end));
  return nodes.filter((node) => node !== "");
}

/** Return the first words of a text on one line. */
export function short(text, most = 90) {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > most ? `${line.slice(0, most - 1)}…` : line;
}
