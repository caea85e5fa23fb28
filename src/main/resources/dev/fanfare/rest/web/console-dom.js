// What every part of the console needs to put text on the page. Nothing that comes from a server is ever read as markup.

export const base = new URL("./", document.baseURI);
export const $ = id => document.getElementById(id);

/** Makes an element: attributes that are null are left out, children are elements or text. */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) if (value != null) element.setAttribute(name, value);
  element.append(...children.filter(child => child != null).map(child => child instanceof Node ? child : String(child)));
  return element;
}

/** Sets a text only where it differs, so that a reader of the screen hears what is new. */
export function put(element, text) {
  const target = typeof element === "string" ? $(element) : element;
  if (target.textContent !== String(text)) target.textContent = text;
}

/** Adds a line on top of a list that keeps the newest ones. */
export function onTop(list, line, most) {
  list.prepend(line);
  while (list.children.length > most) list.lastElementChild.remove();
}

const SVG = "http://www.w3.org/2000/svg";

/**
 * A line of the last values; the last one stands beside it as text, so the picture itself says nothing to a screen reader.
 * It begins at zero, or at the smallest value where only the changes count.
 */
export function sparkline({ fromZero = true } = {}) {
  const svg = document.createElementNS(SVG, "svg"), line = document.createElementNS(SVG, "polyline");
  for (const [name, value] of Object.entries({ viewBox: "0 0 100 24", preserveAspectRatio: "none", "aria-hidden": "true", class: "spark" }))
    svg.setAttribute(name, value);
  svg.append(line);
  const past = [];
  return {
    svg,
    add(value) {
      past.push(value);
      if (past.length > 60) past.shift();
      const least = fromZero ? 0 : Math.min(...past), height = Math.max(...past) - least || 1, step = 100 / 59, from = 60 - past.length;
      line.setAttribute("points", past.map((one, i) => ((from + i) * step).toFixed(1) + "," + (23 - (one - least) / height * 22).toFixed(1)).join(" "));
    },
  };
}

export const count = value => Number(value).toLocaleString("en", { maximumFractionDigits: value < 10 && value % 1 ? 1 : 0 });

export function bytes(value) {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) { value /= 1024; unit++; }
  return count(unit ? Math.round(value * 10) / 10 : value) + " " + units[unit];
}

export function span(ms) {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return seconds + " s";
  if (seconds < 3600) return Math.floor(seconds / 60) + " min " + seconds % 60 + " s";
  if (seconds < 86400) return Math.floor(seconds / 3600) + " h " + Math.floor(seconds % 3600 / 60) + " min";
  return Math.floor(seconds / 86400) + " d " + Math.floor(seconds % 86400 / 3600) + " h";
}

export const clock = (time = Date.now()) => new Date(time).toLocaleTimeString("en-GB") + "." + String(new Date(time).getMilliseconds()).padStart(3, "0");

export const cut = (text, most) => text.length > most ? text.slice(0, most) + "\u2026 (" + count(text.length) + " characters)" : text;

/** What is to be shown of an answer that is no success: the server's own words, if it has some. */
export async function problem(answer) {
  const type = answer.headers.get("Content-Type") ?? "";
  if (type.includes("json")) {
    const body = await answer.json().catch(() => null);
    if (body?.detail) return answer.status + ": " + body.detail;
  }
  return answer.status + (answer.statusText ? " " + answer.statusText : "") + (type.includes("html") ? ", a page of something before the server" : "");
}
