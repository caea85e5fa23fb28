// A browser without a window: tabs with locks, channels, timers and a clock that the test moves, and the server that they talk to.
import { webcrypto } from "node:crypto";
import { readFileSync } from "node:fs";

const SOURCE = readFileSync(new URL("../../main/resources/META-INF/resources/fanfare.js", import.meta.url), "utf8");

/** Lets everything happen that needs no time. */
export const settle = async () => {
  for (let i = 0; i < 40; i++) await new Promise(done => setImmediate(done));
};

/** Waits for a condition that needs no time. */
export const until = async (condition, what) => {
  for (let i = 0; i < 2000; i++) {
    if (condition()) return;
    await new Promise(done => setImmediate(done));
  }
  throw new Error(`never: ${what ?? condition}`);
};

class Clock {
  now = 1000;
  timers = new Map();
  #next = 1;

  set(tab, fn, ms, every) {
    this.timers.set(this.#next, { tab, fn, at: this.now + Math.max(ms, 0), every });
    return this.#next++;
  }

  async advance(ms) {
    await settle();
    const end = this.now + ms;
    for (;;) {
      const due = [...this.timers].filter(([, timer]) => !timer.tab.frozen && timer.at <= end).sort(([, a], [, b]) => a.at - b.at)[0];
      if (!due) break;
      const [id, timer] = due;
      this.now = Math.max(this.now, timer.at);
      if (timer.every) timer.at = this.now + timer.every;
      else this.timers.delete(id);
      timer.fn();
      await settle();
    }
    this.now = end;
    await settle();
  }
}

class Locks {
  held = new Map();
  waiting = [];

  grant() {
    for (const request of [...this.waiting]) {
      if (this.held.has(request.name)) continue;
      this.waiting.splice(this.waiting.indexOf(request), 1);
      this.hold(request);
    }
  }

  hold(request) {
    this.held.set(request.name, request);
    Promise.resolve(request.fn({ name: request.name })).then(request.done, request.fail).finally(() => this.release(request));
  }

  release(request) {
    if (this.held.get(request.name) === request) this.held.delete(request.name);
    this.grant();
  }

  request(tab, name, options, fn) {
    return new Promise((done, fail) => {
      const request = { tab, name, fn, done, fail }, abort = () => new DOMException("gone", "AbortError");
      if (options.signal?.aborted) return fail(abort());
      options.signal?.addEventListener("abort", () => {
        const at = this.waiting.indexOf(request);
        if (at < 0) return;
        this.waiting.splice(at, 1);
        fail(abort());
      });
      if (options.steal) {
        this.held.get(name)?.fail(abort());
        this.hold(request);
        return;
      }
      this.waiting.push(request);
      queueMicrotask(() => this.grant());
    });
  }

  /** What the browser does with a renderer that is gone. */
  crash(tab) {
    this.waiting = this.waiting.filter(request => request.tab !== tab);
    for (const request of [...this.held.values()]) if (request.tab === tab) this.held.delete(request.name);
    this.grant();
  }
}

class Tab {
  frozen = false;
  crashed = false;
  visibilityState = "visible";
  listeners = [];
  channels = new Set();
  requests = new Set();
  errors = [];
  #queue = [];
  #awake = Promise.resolve();
  #wake = () => {};

  constructor(browser, { locks = true, channels = true, origin = browser.server.origin, path = "/page", clockAhead = 0 } = {}) {
    this.browser = browser;
    const tab = this, { clock } = browser;
    const target = {
      addEventListener: (type, fn) => tab.listeners.push({ type, fn }),
      removeEventListener: (type, fn) => (tab.listeners = tab.listeners.filter(each => each.type !== type || each.fn !== fn)),
    };
    const manager = {
      request: (name, options, fn) => (locks === "forbidden"
        ? Promise.reject(new DOMException("not in this frame", "SecurityError"))
        : browser.locks.request(tab, name, options, fn)),
      query: async () => ({ held: [...browser.locks.held.keys()].map(name => ({ name })) }),
    };
    const document = { ...target, baseURI: origin + path, get visibilityState() { return tab.visibilityState; } };
    const fakes = {
      navigator: { onLine: true, ...(locks && { locks: manager }) },
      crypto: webcrypto,
      document,
      location: { origin },
      performance: { now: () => clock.now },
      Date: class extends Date { static now() { return 1_700_000_000_000 + clock.now + clockAhead; } },
      setTimeout: (fn, ms = 0) => clock.set(tab, () => tab.guard(fn), ms),
      setInterval: (fn, ms) => clock.set(tab, () => tab.guard(fn), ms, ms),
      clearTimeout: id => clock.timers.delete(id),
      clearInterval: id => clock.timers.delete(id),
      fetch: (url, init) => tab.fetch(`${url}`, init),
      BroadcastChannel: class {
        constructor(name) {
          if (!channels) throw new DOMException("not in this frame", "SecurityError");
          this.name = name;
          tab.channels.add(this);
        }
        postMessage(message) { browser.post(this, structuredClone(message)); }
        close() { tab.channels.delete(this); }
      },
    };
    fakes.globalThis = { ...fakes, ...target };
    this.page = fakes;
    const names = Object.keys(fakes);
    const body = SOURCE.replace(/^export /gm, "") + "\nreturn { connect, follow, version };";
    Object.assign(this, new Function(...names, body)(...names.map(name => fakes[name])));
  }

  guard(fn) {
    try {
      fn();
    } catch (error) {
      this.errors.push(error);
    }
  }

  async fetch(url, init = {}) {
    const { signal } = init;
    const gone = new Promise((_, no) => {
      signal?.addEventListener("abort", () => no(new DOMException("aborted", "AbortError")));
    });
    gone.catch(() => {});
    const { body, status, headers } = await Promise.race([this.browser.server.handle(url, init, this), gone]);
    if (!body) return new Response(null, { status, headers });
    // What comes for a frozen page waits.
    const wait = new TransformStream({
      transform: async (bytes, controller) => {
        await this.#awake;
        controller.enqueue(bytes);
      },
    });
    return new Response(body.pipeThrough(wait), { status, headers });
  }

  receive(fn) {
    if (this.frozen) this.#queue.push(fn);
    else queueMicrotask(() => this.crashed || fn());
  }

  fire(type, event = {}) {
    for (const each of [...this.listeners]) if (each.type === type) each.fn(event);
  }

  look(visibilityState) {
    this.visibilityState = visibilityState;
    this.fire("visibilitychange");
  }

  crash() {
    this.crashed = this.frozen = true;
    this.channels.clear();
    this.browser.locks.crash(this);
    this.browser.server.dropAll(this);
  }

  freeze() {
    this.frozen = true;
    this.#awake = new Promise(done => (this.#wake = done));
  }

  async thaw() {
    this.frozen = false;
    this.#wake();
    for (const fn of this.#queue.splice(0)) fn();
    await settle();
  }

  /** Whatever a closed page must not leave behind. */
  remains() {
    const { locks, clock } = this.browser;
    return {
      listeners: this.listeners.length,
      channels: this.channels.size,
      locks: [...locks.held.values(), ...locks.waiting].filter(request => request.tab === this).length,
      timers: [...clock.timers.values()].filter(timer => timer.tab === this).length,
    };
  }
}

export class Browser {
  clock = new Clock();
  locks = new Locks();
  tabs = [];
  posts = 0;

  constructor(server) {
    this.server = server;
  }

  tab(options) {
    const tab = new Tab(this, options);
    this.tabs.push(tab);
    return tab;
  }

  post(from, message) {
    this.posts++;
    for (const tab of this.tabs) {
      for (const channel of tab.channels) {
        if (channel === from || channel.name !== from.name) continue;
        tab.receive(() => tab.channels.has(channel) && channel.onmessage?.({ data: message }));
      }
    }
  }
}

const encoder = new TextEncoder();
const problem = (status, detail, headers = {}) =>
  new Response(JSON.stringify({ status, detail }), { status, headers: { "Content-Type": "application/problem+json", ...headers } });

/** GET /events and PATCH /events/{session}, as docs/reference/http.md says, and an answer of the test's in their place. */
export class Server {
  origin = "https://events.example";
  epoch = "a1";
  log = [];
  from = 0;
  statuses = new Map();
  streams = new Set();
  opened = [];
  patches = [];
  answers = [];
  up = true;
  retry = 3000;
  accepts = () => true;
  chunk = bytes => [bytes];
  #next = 1;

  answer(fn) {
    this.answers.push(fn);
  }

  async handle(url, init, tab) {
    const to = new URL(url), method = init.method ?? "GET";
    if (!this.up) throw new TypeError("Failed to fetch");
    if (this.answers.length) {
      if (method === "GET") this.opened.push({ to, init });
      return this.answers.shift()({ to, init, tab });
    }
    if (!this.accepts(init.headers?.Authorization)) return problem(401, "The token has expired.");
    if (method === "PATCH") return this.#patch(to, init);
    return this.#open(to, init, tab);
  }

  cursor(position = this.log.length) {
    return `#${this.epoch}.${position}`;
  }

  #open(to, init, tab) {
    this.opened.push({ to, init });
    const stream = { session: `s${this.#next++}`, members: new Set(), tab };
    const body = new ReadableStream({
      start: controller => (stream.controller = controller),
      cancel: () => this.streams.delete(stream),
    });
    init.signal.addEventListener("abort", () => this.#drop(stream, new DOMException("aborted", "AbortError")));
    this.streams.add(stream);
    for (const text of to.searchParams.getAll("topic")) stream.members.add(JSON.stringify({ topic: text }));
    const statuses = to.searchParams.getAll("status").map(status => JSON.stringify({ status }));
    const asked = init.headers["Last-Event-ID"] ?? to.searchParams.get("lastEventId");
    let at = this.log.length, gap = "";
    if (asked !== null && asked !== undefined) {
      at = asked.startsWith(`#${this.epoch}.`) ? Number(asked.split(".").at(-1)) : -1;
      if (at < this.from) {
        const resumedAfter = this.cursor(this.from);
        gap = `id: ${resumedAfter}\ndata: ${JSON.stringify({ type: "gap", data: { requested: asked, resumedAfter } })}\n\n`;
        at = this.from;
      }
    }
    const id = gap ? asked : this.cursor(at);
    this.write(stream, `:\nretry: ${this.retry}\nid: ${id}\ndata: {"type":"open","session":"${stream.session}"}\n\n${gap}`);
    for (let position = at; position < this.log.length; position++) this.#send(stream, position);
    for (const key of statuses) this.#add(stream, key);
    return new Response(body, { headers: { "Content-Type": "text/event-stream" } });
  }

  async #patch(to, init) {
    const stream = [...this.streams].find(each => to.pathname.endsWith(`/events/${each.session}`));
    if (!stream) return problem(404, "There is no such session.");
    const { add, remove } = JSON.parse(init.body), refused = [], change = this.patches.push({ add, remove });
    for (const each of remove) stream.members.delete(JSON.stringify(each));
    for (const each of add) {
      if (each.status?.startsWith("forbidden")) refused.push({ ...each, code: 403, reason: "The token does not grant this." });
      else this.#add(stream, JSON.stringify(each));
    }
    this.write(stream, `id: ${this.cursor()}\ndata: {"type":"changed","change":${change}}\n\n`);
    return Response.json({ change, added: [], removed: remove, refused });
  }

  #add(stream, key) {
    if (stream.members.has(key)) return;
    stream.members.add(key);
    const { status } = JSON.parse(key);
    if (status === undefined) return;
    const known = this.statuses.get(status);
    if (status.startsWith("nowhere")) {
      stream.members.delete(key);
      this.write(stream, `data: ${JSON.stringify({ status, type: "refused", data: { code: 404, reason: "There is no status source 'nowhere'." } })}\n\n`);
    } else if (known) this.#state(stream, status, known);
  }

  #state(stream, status, { id, data, stale, over }) {
    if (!stream.members.has(JSON.stringify({ status }))) return;
    this.write(stream, `data: ${JSON.stringify({ status, type: "update", id, data })}\n\n`);
    if (stale) this.write(stream, `data: ${JSON.stringify({ status, type: "stale", data: stale })}\n\n`);
    if (!over) return;
    this.write(stream, `data: ${JSON.stringify({ status, type: "end", id: `end-${id}`, data })}\n\n`);
    stream.members.delete(JSON.stringify({ status }));
  }

  #send(stream, position) {
    const { topic, type, id, data } = this.log[position];
    const selectors = [...stream.members].map(key => JSON.parse(key).topic)
      .filter(name => name === topic || (name?.endsWith("{id}") && topic.startsWith(name.slice(0, -4))));
    if (!selectors.length) return;
    const cursor = this.cursor(position + 1), templates = selectors.length > 1 || selectors[0] !== topic;
    const event = { topic, ...(templates && { selectors }), type: type ?? "message", id: id ?? cursor, data };
    this.write(stream, `id: ${cursor}\ndata: ${JSON.stringify(event)}\n\n`);
  }

  publish(topic, data, more = {}) {
    this.log.push({ topic, data, ...more });
    for (const stream of this.streams) this.#send(stream, this.log.length - 1);
  }

  set(status, data, more = {}) {
    const known = { id: JSON.stringify(data).length + JSON.stringify(data).slice(0, 40), data, ...more };
    this.statuses.set(status, known);
    for (const stream of this.streams) this.#state(stream, status, known);
  }

  say(status, type, data, id) {
    const known = this.statuses.get(status);
    known.stale = type === "stale" ? data : undefined;
    for (const stream of this.streams) this.write(stream, `data: ${JSON.stringify({ status, type, id, data })}\n\n`);
  }

  write(stream, text) {
    for (const bytes of this.chunk(encoder.encode(text))) stream.controller.enqueue(bytes);
  }

  writeAll(text) {
    for (const stream of this.streams) this.write(stream, text);
  }

  #drop(stream, error) {
    if (!this.streams.delete(stream)) return;
    if (error) stream.controller.error(error);
    else stream.controller.close();
  }

  /** Ends all streams in good order, or of one tab. */
  dropAll(tab, error) {
    for (const stream of [...this.streams]) if (!tab || stream.tab === tab) this.#drop(stream, error);
  }

  kill() {
    this.up = false;
    this.dropAll(undefined, new TypeError("network error"));
  }
}
