// What is between the server and this browser, found out by reading a stream that has a sign of life each second.

import { $, base, count, el, put, span } from "./console-dom.js";

const SECONDS = 10;
const lives = [];

/** Notes how long the shared connection lives each time, which shows what cuts it. */
export function watchLife(connection) {
  let since = 0;
  connection.onState(state => {
    if (state.name === "live" && !since) since = Date.now();
    else if (state.name !== "live" && state.name !== "stale" && since) {
      if (state.name === "reconnecting") lives.push(Date.now() - since);
      since = 0;
      if (lives.length > 20) lives.shift();
    }
  });
}

$("doctor-button").addEventListener("click", async () => {
  $("doctor-button").disabled = true;
  $("doctor").replaceChildren();
  put("doctor-note", "Reading a stream for " + SECONDS + " seconds\u2026");
  try {
    const findings = await examine();
    $("doctor").replaceChildren(...findings.map(({ good, words, remedy }) =>
      el("li", {}, el("span", { class: "pill", "data-state": good ? "fresh" : "stale" }, good ? "well" : "look here"), el("div", {}, el("p", {}, words), remedy ? el("p", { class: "soft" }, remedy) : null))));
    const bad = findings.filter(finding => !finding.good).length;
    put("doctor-note", bad ? count(bad) + (bad === 1 ? " finding" : " findings") + " to look at." : "Nothing stands in the way.");
  } catch (fault) {
    put("doctor-note", "The stream can't be read: " + fault.message);
  } finally {
    $("doctor-button").disabled = false;
  }
});

async function examine() {
  const url = new URL(".well-known/mercure?topic=/console/doctor&heartbeat=1s", base), abort = new AbortController();
  const asked = performance.now();
  const timer = setTimeout(() => abort.abort(), (SECONDS + 5) * 1000);
  const arrivals = [];
  let opened = 0, answer = null, ended = false;
  try {
    answer = await fetch(url, { headers: { Accept: "text/event-stream" }, signal: abort.signal, cache: "no-store" });
    opened = performance.now();
    if (answer.status !== 200) return [{ good: false, words: "The server, or something before it, answers " + answer.status + " to a stream.", remedy: answer.status === 401 ? "This server asks subscribers for a token; the doctor reads without one. Try the command line: fanfare doctor." : "See the log of the server and of the proxy." }];
    const reader = answer.body.getReader();
    const until = setTimeout(() => abort.abort(), SECONDS * 1000);
    for (let part; !(part = await reader.read()).done;) arrivals.push(performance.now());
    ended = true;
    clearTimeout(until);
  } catch (fault) {
    if (fault.name !== "AbortError") throw fault;
  } finally {
    clearTimeout(timer);
    abort.abort();
  }
  return [...flow(asked, opened, arrivals, ended), ...protocol(url), ...answer ? headers(answer, asked) : [], cuts()];
}

function flow(asked, opened, arrivals, ended) {
  if (!opened) return [{ good: false, words: "No answer came within " + (SECONDS + 5) + " s.", remedy: "Something holds the whole answer back, or all of the browser's connections to this host are in use. With nginx: proxy_buffering off; close other tabs of this host." }];
  const found = [{ good: opened - asked < 1000, words: "The stream was open after " + count(Math.round(opened - asked)) + " ms.", remedy: opened - asked < 1000 ? "" : "A slow network, or a proxy that waits for more of the answer before it passes the head on." }];
  if (ended) found.push({ good: false, words: "The stream ended after " + span(arrivals.at(-1) - opened) + " by itself.", remedy: "A proxy's read time-out, or the server is going down. Time-outs before this server have to be longer than its heartbeat." });
  const gaps = arrivals.slice(1).map((at, i) => at - arrivals[i]), longest = Math.max(0, ...gaps);
  if (arrivals.length < SECONDS / 2 || longest > 3000)
    found.push({ good: false, words: arrivals.length < 2 ? "The server sends a sign of life each second, and none arrived." : "Signs of life are sent each second, and arrived with pauses of up to " + span(longest) + ".", remedy: "Something buffers. nginx: proxy_buffering off (or heed X-Accel-Buffering). A CDN or company proxy: exempt text/event-stream." });
  else found.push({ good: true, words: "Signs of life arrive each second, at the most " + count(Math.round(Math.max(0, longest - 1000))) + " ms late: nothing buffers." });
  return found;
}

function protocol(url) {
  const entry = performance.getEntriesByType("resource").findLast(one => one.name.includes("console.js"));
  const version = entry?.nextHopProtocol ?? "";
  if (version === "h2" || version === "h3") return [{ good: true, words: "The browser speaks " + (version === "h2" ? "HTTP/2" : "HTTP/3") + ": streams share one connection." }];
  if (!version) return [];
  return [{ good: true, words: "The browser speaks HTTP/1.1 to " + url.host + ", with at most six connections for all tabs.", remedy: "fanfare.js needs one for all tabs. Pages that use EventSource need one each; HTTP/2 (this server with TLS, or a proxy before it) takes the limit away." }];
}

function headers(answer, asked) {
  const found = [], coding = answer.headers.get("Content-Encoding"), via = answer.headers.get("Via"), date = Date.parse(answer.headers.get("Date") ?? "");
  if (coding && coding !== "identity") found.push({ good: false, words: "The stream is compressed (" + coding + ").", remedy: "A proxy that compresses gathers events first. Exempt text/event-stream from compression." });
  if (via) found.push({ good: true, words: "The answer came by " + via + "." });
  const off = Date.now() - (performance.now() - asked) - date;
  if (Math.abs(off) > 30_000) found.push({ good: false, words: "The clocks of this browser and the server differ by " + span(Math.abs(off)) + ".", remedy: "Tokens may seem expired, or not valid yet. Set the clock by NTP." });
  return found;
}

function cuts() {
  if (lives.length === 0) return { good: true, words: "The shared connection of this page has not been cut so far." };
  const shortest = Math.min(...lives), longest = Math.max(...lives), alike = lives.length > 1 && longest - shortest < 2000;
  return { good: false, words: "The shared connection was cut " + lives.length + " times, after " + (alike ? span(longest) + " each time" : span(shortest) + " to " + span(longest)) + ".",
    remedy: alike ? "That is a time-out of something in between: raise it (nginx: proxy_read_timeout), or lower fanfare.stream.heartbeat." : "A network that changes, or a server that was restarted." };
}
