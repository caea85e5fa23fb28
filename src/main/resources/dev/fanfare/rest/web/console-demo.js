// The demo's streams, each over a connection of its own, so they begin when they are asked for and pause while nobody looks.

import { follow } from "../fanfare.js";
import { $, base, el, onTop, put, sparkline } from "./console-dom.js";

const WORDS = { idle: "not started", connecting: "connecting", live: "live", stale: "no sign of life", reconnecting: "reconnecting", refused: "refused", paused: "paused", ended: "ended", closed: "stopped" };
const streams = { counter: null, prices: null };

const kinds = {
  counter: {
    path: "stream", end: ["end_event"],
    begin() { $("counter-events").replaceChildren(); $("counter-bar").value = 0; put("counter-last", "no event yet"); },
    take({ type, id, data }) {
      onTop($("counter-events"), el("li", {}, el("span", { class: "mono soft" }, id), el("b", {}, type), el("span", {}, data)), 6);
      put("counter-last", data);
      const bar = $("counter-bar"), n = Number(id) || 0;
      bar.max = type === "end_event" ? Math.max(1, n - 1) : Math.max(bar.max, n);
      bar.value = type === "end_event" ? bar.max : n;
    },
  },
  prices: {
    path: "prices", end: [],
    begin() { $("prices-rows").replaceChildren(); rows.clear(); },
    take({ data }) {
      let tick;
      try { tick = JSON.parse(data); } catch { return; }
      if (typeof tick?.symbol !== "string" || typeof tick.price !== "number") return;
      let row = rows.get(tick.symbol);
      if (!row) {
        row = { price: el("td", { class: "number" }), line: sparkline({ fromZero: false }) };
        rows.set(tick.symbol, row);
        const tr = el("tr", {}, el("th", { scope: "row" }, tick.symbol), el("td", { class: "graph" }, row.line.svg), row.price);
        const after = [...$("prices-rows").children].find(other => other.firstChild.textContent > tick.symbol);
        $("prices-rows").insertBefore(tr, after ?? null);
      }
      put(row.price, tick.price.toFixed(2));
      row.price.dataset.way = tick.change > 0 ? "up" : tick.change < 0 ? "down" : "";
      row.line.add(tick.price);
    },
  },
};
const rows = new Map();

for (const name of Object.keys(kinds)) $(name + "-button").addEventListener("click", () => streams[name] ? end(name) : start(name));

function start(name) {
  const kind = kinds[name];
  kind.begin();
  const stream = streams[name] = follow(new URL(kind.path, base), kind.take, { end: kind.end, whenHidden: "pause" });
  const show = state => {
    const pill = $(name + "-state");
    pill.dataset.state = state.name;
    put(pill, WORDS[state.name] ?? state.name);
    put(name + "-note", state.name === "live" ? "" : state.reason);
    if (state.name === "ended" && streams[name] === stream) end(name);
  };
  stream.onState(show);
  show(stream.state);
  put(name + "-button", "Stop");
}

function end(name) {
  const stream = streams[name];
  streams[name] = null;
  if (stream.state.name !== "ended") stream.close();
  put(name + "-button", "Start");
}

export function startDemo() {
  start("counter");
  start("prices");
}

export function stopDemo() {
  for (const name of Object.keys(streams)) if (streams[name]) end(name);
}
