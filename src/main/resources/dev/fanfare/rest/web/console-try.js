// Trying things out: subscribe and see each frame as it came, publish, follow a status.

import { $, base, clock, count, cut, el, onTop, problem, put } from "./console-dom.js";

const MOST_SHOWN = 100, LONGEST_SHOWN = 20_000, LONGEST_BLOCK = 4 * 1024 * 1024;
let session;

export function bindTrials(shared) {
  session = shared;
  bindSubscribe();
  bindPublish();
  bindStatus();
}

const authorization = () => session.token ? { Authorization: "Bearer " + session.token } : {};

// Subscribing, over a connection of its own: the shared one carries envelopes, and here the bytes are what one wants to see.

let reading = null;

function bindSubscribe() {
  $("subscribe-form").addEventListener("submit", event => {
    event.preventDefault();
    if (reading) stop("You stopped it.");
    else subscribe();
  });
  $("frames-clear").addEventListener("click", () => $("frames").replaceChildren());
}

function subscribe() {
  const topics = $("subscribe-topics").value.split(/\s+/).filter(Boolean);
  if (topics.length === 0) return said("Name at least one topic, a URI template such as /books/{id}, or * for all.");
  const url = new URL(".well-known/mercure", base);
  for (const topic of topics) url.searchParams.append("topic", topic);
  url.searchParams.set("positions", "true");
  const attempt = reading = new AbortController();
  put("subscribe-button", "Stop");
  said("Opening the stream\u2026");
  read(url, $("subscribe-from").value.trim(), attempt)
    .catch(fault => { if (reading === attempt) said(fault.name === "AbortError" ? "Stopped." : "The connection is gone: " + fault.message); })
    .finally(() => { if (reading === attempt) stop(); });
}

function stop(words) {
  reading?.abort();
  reading = null;
  put("subscribe-button", "Subscribe");
  if (words) said(words);
}

const said = words => put("subscribe-note", words);

async function read(url, from, attempt) {
  const headers = { Accept: "text/event-stream", ...authorization() };
  if (from) headers["Last-Event-ID"] = from;
  const answer = await fetch(url, { headers, signal: attempt.signal, cache: "no-store" });
  if (answer.status !== 200) return said("Refused with " + await problem(answer));
  if (!(answer.headers.get("Content-Type") ?? "").startsWith("text/event-stream"))
    return said("The answer is " + answer.headers.get("Content-Type") + ", no event stream: something before the server answers in its place.");
  const refused = answer.headers.get("Fanfare-Refused");
  said(refused ? "The server refuses for now: " + refused : "Open. Each block that comes stands below, the newest first.");
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "", dropped = false;
  for (let part; !(part = await reader.read()).done;) {
    const blocks = (rest + part.value).split(/\r\n\r\n|\n\n|\r\r/);
    rest = blocks.pop();
    if (rest.length > LONGEST_BLOCK) [rest, dropped] = ["", true];
    for (const block of blocks) {
      show(dropped ? ": a block of more than " + count(LONGEST_BLOCK) + " characters was left out" : block);
      dropped = false;
    }
  }
  if (reading === attempt && !refused) said("The server ended the stream.");
}

const queue = [];

/** At most once a picture: a thousand events a second must not hold the page up. */
function show(block) {
  queue.push([block, Date.now()]);
  if (queue.length > MOST_SHOWN) queue.shift();
  if (queue.length === 1) setTimeout(() => {
    for (const [text, at] of queue.splice(0)) onTop($("frames"), frame(text, at), MOST_SHOWN);
  }, 100);
}

function frame(block, at) {
  const fields = { event: "", id: "", data: null };
  for (const line of block.split(/\r\n|\n|\r/)) {
    const colon = line.indexOf(":");
    if (colon > 0) {
      const value = line.slice(colon + 1).replace(/^ /, ""), name = line.slice(0, colon);
      if (name === "data") fields.data = fields.data === null ? value : fields.data + "\n" + value;
      else if (name in fields) fields[name] = value;
    }
  }
  const kind = fields.data !== null ? fields.event || "message" : fields.id ? "position" : block.includes("retry:") ? "retry" : "heartbeat";
  const resume = fields.id ? el("button", { type: "button", class: "small" }, "Resume from here") : null;
  resume?.addEventListener("click", () => { $("subscribe-from").value = fields.id; $("subscribe-from").focus(); });
  return el("li", { class: fields.data === null ? "quiet" : null },
    el("div", { class: "line" }, el("span", { class: "mono soft" }, clock(at)), el("b", {}, cut(kind, 80)), el("span", { class: "mono soft cut" }, cut(fields.id, 80)), resume),
    el("pre", {}, cut(block, LONGEST_SHOWN)));
}

// Publishing.

function bindPublish() {
  $("publish-form").addEventListener("submit", async event => {
    event.preventDefault();
    const body = publication();
    put("publish-note", "Publishing\u2026");
    try {
      const answer = await fetch(new URL(".well-known/mercure", base), { method: "POST", body, headers: authorization() });
      put("publish-note", answer.ok ? "Published as " + await answer.text() : "Refused with " + await problem(answer));
    } catch (fault) {
      put("publish-note", "Not known whether it was published: " + fault.message);
    }
  });
  $("publish-form").addEventListener("input", showCommand);
  document.addEventListener("connected", showCommand);
  showCommand();
}

function publication() {
  const body = new URLSearchParams();
  for (const topic of $("publish-topics").value.split(/\s+/).filter(Boolean)) body.append("topic", topic);
  body.append("data", $("publish-data").value);
  for (const name of ["type", "id"]) if ($("publish-" + name).value) body.append(name, $("publish-" + name).value);
  if ($("publish-private").checked) body.append("private", "on");
  return body;
}

function showCommand() {
  const quoted = text => "'" + text.replaceAll("'", "'\\''") + "'";
  const fields = [...publication()].map(([name, value]) => "  --data-urlencode " + quoted(name + "=" + value));
  put("publish-curl", ["curl -i " + quoted(new URL(".well-known/mercure", base).href), ...session.token ? ["  -H 'Authorization: Bearer TOKEN'"] : [], ...fields].join(" \\\n"));
}

// A status and its changes.

let unfollow = null, last;

function bindStatus() {
  $("status-form").addEventListener("submit", event => {
    event.preventDefault();
    follow();
  });
  document.addEventListener("connected", () => { if (unfollow) follow(); });
}

export function sourcesKnown(sources) {
  const list = $("status-sources"), names = sources.map(source => source.name);
  if ([...list.options].map(option => option.value).join() !== names.join())
    list.replaceChildren(...names.map(name => el("option", { value: name })));
}

function follow() {
  unfollow?.();
  last = undefined;
  $("timeline").replaceChildren();
  const source = $("status-source").value.trim(), params = Object.fromEntries(new URLSearchParams($("status-params").value.trim()));
  if (!source) return put("status-note", "Name a source; those that this server has are listed above.");
  put("status-note", "Waiting for the first status\u2026");
  unfollow = session.connection.status(source, params, (value, event) => {
    put("status-note", event.type === "end" ? "It has ended." : "Live.");
    moment(event.type, last === undefined ? "the whole status" : changes(last, value), JSON.stringify(value, null, 2));
    last = value;
  }, { notice: ({ type, data }) => {
    const words = type === "refused" && data.code ? data.code + ": " + data.reason : data?.reason ?? "";
    put("status-note", type === "fresh" ? "Live." : type + (words ? ": " + words : ""));
    moment(type, words, "");
  } });
}

function moment(type, words, json) {
  const line = el("div", { class: "line" }, el("span", { class: "mono soft" }, clock()), el("b", {}, type), el("span", { class: "cut" }, cut(words, 300)));
  onTop($("timeline"), el("li", {}, json ? el("details", {}, el("summary", {}, line), el("pre", {}, cut(json, LONGEST_SHOWN))) : line), MOST_SHOWN);
}

/** What differs, in one line: the members of two objects by name. */
function changes(before, now) {
  const both = [before, now];
  if (both.some(value => value === null || typeof value !== "object" || Array.isArray(value))) return cut(JSON.stringify(now), 200);
  const names = [...new Set(both.flatMap(Object.keys))].filter(name => JSON.stringify(before[name]) !== JSON.stringify(now[name]));
  return names.map(name => name + " " + cut(JSON.stringify(before[name]) ?? "nothing", 60) + " \u2192 " + cut(JSON.stringify(now[name]) ?? "nothing", 60)).join(", ");
}
