// The console: what this server has, alive over the one connection that all tabs share.

import { connect } from "../fanfare.js";
import { $, base, bytes, count, el, put, span, sparkline } from "./console-dom.js";
import { startDemo, stopDemo } from "./console-demo.js";
import { watchLife } from "./console-doctor.js";
import { bindTrials, sourcesKnown } from "./console-try.js";

/** In this tab's memory only: a token is a secret. */
export const session = { token: "", connection: null };

const WORDS = { idle: "idle", connecting: "connecting", live: "live", stale: "no sign of life", reconnecting: "reconnecting",
  refused: "refused", paused: "paused", ended: "ended", closed: "closed" };
const KINDS = { topics: "on topics", status: "on a status", joint: "on several things", broadcast: "on broadcasts", single: "with a stream of their own" };
const tiles = Object.fromEntries(["clients", "published", "sent", "lag", "kept", "memory"].map(name => {
  const line = sparkline();
  $("tile-" + name).append(line.svg);
  return [name, line];
}));
const channels = new Map();
let before = null, newest = null, demo = false;

function begin() {
  session.connection?.close();
  const connection = session.connection = connect(base, session.token ? { token: session.token } : {});
  connection.onState(showState);
  showState(connection.state);
  connection.status("fanfare", null, showServer, { notice: explain });
  watchLife(connection);
  document.dispatchEvent(new Event("connected"));
}

function showState(state) {
  const pill = $("state");
  pill.dataset.state = state.name;
  put(pill, WORDS[state.name] ?? state.name);
  put("state-reason", state.name === "live" ? "" : state.reason);
  if (state.name === "refused" && !newest) explain({ type: "refused", data: { code: 401 } });
  $("retry").hidden = !["reconnecting", "refused", "stale"].includes(state.name);
}

// A token that does not show the server's status still shows the sources that it grants.
function explain({ type, data }) {
  if (type === "fresh") return put("notice", "");
  if (type === "stale") return put("notice", "The server can't tell its own status: " + (data.reason ?? ""));
  if (type !== "refused" && type !== "over") return;
  put("notice", data.code === 401 || data.code === 403
    ? "This server shows what it has to holders of a token that grants subscribing to /status/fanfare. Give one above. The sources below are those that everybody may see."
    : "The server's status can't be had: " + data.reason);
  listSources();
}

async function listSources() {
  try {
    const answer = await fetch(new URL("status", base), { headers: session.token ? { Authorization: "Bearer " + session.token } : {} });
    if (answer.ok) showSources((await answer.json()).sources, Date.now());
  } catch { /* the state of the connection says so already */ }
}

function showServer(server) {
  newest = server;
  put("notice", "");
  const { streams, log, memory, topics } = server, open = streams.open, clients = Object.values(open).reduce((sum, one) => sum + one, 0);
  const seconds = before ? Math.max(0.1, (server.now - before.now) / 1000) : 0;
  const rate = (now, then) => seconds ? Math.max(0, now - then) / seconds : 0;
  const published = rate(log.published, before?.log.published), sent = rate(streams.sent, before?.streams.sent);
  tile("clients", count(clients), "of " + count(streams.limit) + (clients ? ": " : "") + Object.keys(KINDS).filter(kind => open[kind]).map(kind => count(open[kind]) + " " + KINDS[kind]).join(", "), clients);
  tile("published", count(published) + "/s", count(log.published) + " since the start", published);
  tile("sent", count(sent) + "/s", bytes(rate(streams.bytes, before?.streams.bytes)) + "/s to clients", sent);
  tile("lag", count(streams.lag), streams.blocked || streams.catchingUp ? count(streams.blocked) + " sockets are full, " + count(streams.catchingUp) + " read the history" : "events; nobody waits", streams.lag);
  tile("kept", count(log.kept), bytes(log.bytes) + (log.store === "sqlite" ? " on disk" : " in memory") + (log.kept ? ", the oldest " + span(log.oldestAgeMs) + " old" : ""), log.kept);
  tile("memory", bytes(memory.used), "of " + bytes(memory.max) + "; " + bytes(memory.halfWritten) + " for slow clients", memory.used);
  put("server-version", server.version + " on Java " + server.java);
  put("server-age", span(server.now - server.startedAt));
  if (log.fault) put("notice", "Events can't be kept: " + log.fault);
  showNodes(server.cluster);
  showTopics(topics, seconds);
  showSources(server.sources, server.now);
  if (server.demo !== demo) {
    demo = server.demo;
    $("demo").hidden = !demo;
    (demo ? startDemo : stopDemo)();
  }
  before = server;
}

function tile(name, value, words, number) {
  put("tile-" + name + "-value", value);
  put("tile-" + name + "-words", words);
  tiles[name].add(number);
}

function showNodes(cluster) {
  put("server-log", cluster ? cluster.log + ", " + count(cluster.lag) + " events behind its head" : "this process alone");
  if (cluster?.fault) put("notice", "The shared log can't be reached: " + cluster.fault);
}

function showTopics({ count: all, listed }, seconds) {
  const seen = new Set(), rows = [];
  for (const channel of listed) {
    const name = channel.selectors.join("  ") + (channel.more ? "  and " + channel.more + " more" : "");
    seen.add(name);
    let row = channels.get(name);
    if (!row) {
      row = { cells: [el("td", { class: "mono wide" }, name), el("td", { class: "number" }), el("td", { class: "number" }), el("td", { class: "number" })], line: sparkline(), events: channel.events };
      row.tr = el("tr", {}, ...row.cells, el("td", { class: "graph" }, row.line.svg));
      channels.set(name, row);
    }
    const rate = seconds ? Math.max(0, channel.events - row.events) / seconds : 0;
    row.events = channel.events;
    row.line.add(rate);
    [channel.subscribers, channel.events, rate].forEach((value, i) => put(row.cells[i + 1], count(value) + (i === 2 ? "/s" : "")));
    rows.push(row.tr);
  }
  for (const name of channels.keys()) if (!seen.has(name)) channels.delete(name);
  arrange($("topics").tBodies[0], rows);
  $("topics").hidden = rows.length === 0;
  put("topics-words", rows.length === 0 ? "Nobody subscribes to a topic at present." : all > rows.length ? "The " + rows.length + " with the most subscribers, of " + count(all) + "." : "");
}

const watches = new Map();

function showSources(sources, now) {
  sourcesKnown(sources);
  const seen = new Set(), rows = [];
  for (const source of sources) {
    if (source.watches.length === 0) rows.push(row(source.name, { url: "/status/" + source.name + (source.params.length ? "?" + source.params.map(name => name + "=\u2026").join("&") : "") }, source, seen, now));
    for (const watch of source.watches) rows.push(row(source.name + " " + watch.url, watch, source, seen, now));
    if (source.watchCount > source.watches.length && source.watches.length)
      rows.push(row(source.name + " more", { url: count(source.watchCount - source.watches.length) + " more are watched" }, source, seen, now));
  }
  for (const name of watches.keys()) if (!seen.has(name)) watches.delete(name);
  arrange($("watches").tBodies[0], rows);
  $("watches").hidden = rows.length === 0;
  put("watches-words", rows.length === 0 ? "This server has no status sources, or none that may be seen." : "");
}

function row(key, watch, source, seen, now) {
  seen.add(key);
  let known = watches.get(key);
  if (!known) {
    known = { cells: [el("td", { class: "mono wide" }), el("td"), el("td", { class: "number" }), el("td", { class: "number" }), el("td", { class: "number" }), el("td", { class: "number" })] };
    known.tr = el("tr", {}, ...known.cells);
    watches.set(key, known);
  }
  const age = watch.asOf ? span(now - Date.parse(watch.asOf)) : "\u2013";
  const next = source.kind === "pushed" ? "is pushed" : watch.nextPoll ? "in " + span(Date.parse(watch.nextPoll) - now) : watch.state && watch.state !== "ended" ? "now" : "\u2013";
  [watch.url, watch.state ? "" : "not watched", age, next, watch.failures ?? "\u2013", watch.clients ?? "\u2013"].forEach((text, i) => { if (i !== 1 || !watch.state) put(known.cells[i], text); });
  if (watch.state) {
    const pill = known.cells[1].querySelector(".pill") ?? known.cells[1].appendChild(el("span", { class: "pill" }));
    pill.dataset.state = watch.state;
    put(pill, watch.state === "unknown" ? "not known yet" : watch.state);
  }
  known.cells[1].title = watch.reason ?? "";
  known.cells[0].title = watch.owner ? "polled by " + watch.owner : "";
  return known.tr;
}

/** Puts rows in their order, and moves only those that stand elsewhere, so that a selection survives. */
function arrange(body, rows) {
  rows.forEach((tr, i) => { if (body.children[i] !== tr) body.insertBefore(tr, body.children[i] ?? null); });
  while (body.children.length > rows.length) body.lastElementChild.remove();
}

$("token-form").addEventListener("submit", event => {
  event.preventDefault();
  session.token = $("token").value.trim();
  $("token-details").open = false;
  before = newest = null;
  begin();
});
$("retry").addEventListener("click", () => session.connection.retry());
for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = !navigator.clipboard;         // browsers have it on https and on localhost only
  button.addEventListener("click", () => navigator.clipboard.writeText($(button.dataset.copy).textContent)
    .then(() => put(button, "Copied"), () => put(button, "Not allowed")));
}
bindTrials(session);
begin();

/** For the doctor's report. */
export const server = () => newest;
