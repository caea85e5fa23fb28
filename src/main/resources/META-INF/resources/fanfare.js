/*
 * Fanfare in the browser: topics and statuses over one connection for all tabs. An ES module without dependencies.
 *
 * The tabs that share a base and an identity elect a leader, the holder of a Web Lock. It reads GET /events for all of them and
 * hands each batch on over a BroadcastChannel. Each tab remembers the cursor of what it has. When the leader is gone another tab
 * gets the lock, asks all tabs for their cursors, and resumes from the least; a tab drops what it has. Messages carry a term
 * (of the leader) and a generation (of its connection), so that nothing of an earlier one counts.
 */
export const version = "0.1.0-SNAPSHOT";

const MAX_MEMBERS = 1000;
const MAX_EVENT_CHARS = 8 << 20; // 1 MiB of control characters, escaped as JSON
const MAX_CACHED_CHARS = 16384; // of a status that the leader keeps for tabs to come; larger ones are asked for again
const MAX_URL_CHARS = 6000;
const HEARTBEAT_S = 15;
const HEAD_TIMEOUT_MS = 60_000;
const LEADER_SILENCE_MS = 35_000;

const now = () => performance.now();
const random = () => Array.from(crypto.getRandomValues(new Uint32Array(4)), n => n.toString(36)).join("");
const seconds = ms => `${Math.ceil(ms / 1000)} s`;

/** Reports what a handler of the page throws, and goes on with the others. */
const call = (fn, ...values) => {
  try {
    fn?.(...values);
  } catch (error) {
    setTimeout(() => { throw error; });
  }
};

/** Lets other tasks have a turn; a timer would wait for a second in a hidden tab. */
const turn = () => new Promise(done => {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => (port1.close(), done());
  port2.postMessage(0);
});

/** Listens until the function that it returns is called. Takes a target that is not there, as in Node. */
const listen = (target, type, fn) => {
  target?.addEventListener?.(type, fn);
  return () => target?.removeEventListener?.(type, fn);
};

const hidden = () => globalThis.document?.visibilityState === "hidden";

/** See WHATWG HTML 9.2.6. A frame that is too long loses its data and is marked, a frame that is cut off is dropped. */
function parser(take) {
  let frame = {}, size = 0, tail = "", cut = false, cr = false;
  const line = text => {
    if (!text) {
      if (frame.data?.length > MAX_EVENT_CHARS) frame = { id: frame.id, long: true };
      if (frame.long || frame.data !== undefined || frame.id !== undefined) take(frame);
      frame = {};
      size = 0;
      return;
    }
    const [, field, value] = /^([^:]*):? ?([^]*)$/.exec(text);
    if (!field) take({ comment: value });
    else if (field === "data") frame.data = frame.data === undefined ? value : `${frame.data}\n${value}`;
    else if (field === "event") frame.type = value;
    else if (field === "id" && !value.includes("\0")) frame.id = value;
    else if (field === "retry" && /^\d+$/.test(value)) take({ retry: Number(value) });
  };
  return text => {
    if (cr && text[0] === "\n") text = text.slice(1);
    if (!text) return;
    cr = text.endsWith("\r");
    size += text.length;
    const lines = text.split(/\r\n?|\n/);
    lines[0] = tail + lines[0];
    tail = lines.pop();
    for (const each of lines) {
      if (!cut) line(each);
      cut = false;
      if (!each) size = 0;
    }
    if (size > MAX_EVENT_CHARS) {
      frame = { id: frame.id, long: true };
      tail = "";
      cut = true;
    }
  };
}

/** The claims of a JSON Web Token, unverified: for its lifetime and for who it stands for. */
function claims(token) {
  try {
    return JSON.parse(atob(token.split(".")[1].replace(/-/g, "+").replace(/_/g, "/"))) ?? {};
  } catch {
    return {};
  }
}

/** How long a token lasts, in milliseconds, if it says so. The clock of this machine may be wrong, so it does not count alone. */
function lifetime({ exp, iat }) {
  const lives = [exp - iat, exp - Date.now() / 1000].filter(life => life > 0);
  return lives.length ? Math.min(...lives) * 1000 : undefined;
}

/** What an answer other than a stream says, in words. */
async function reasonOf(response, type) {
  let detail = "";
  try {
    if (/[/+]json/.test(type)) detail = (await response.json()).detail;
  } catch {
    // The status says enough.
  }
  response.body?.cancel().catch(() => {});
  if (detail) return `${detail} (${response.status})`;
  return response.ok
    ? `${response.url} answers with ${type || "no media type"}, not with an event stream; this may be a page of a login or a proxy.`
    : `The server answers ${response.status} ${response.statusText}`.trim();
}

/**
 * One stream that reconnects until it is stopped. `url` and `lastId` are asked for each connection; `take` gets the frames of
 * each chunk that was read; `tell` gets the states.
 */
function link({ url, token, credentials, silenceMs = 45_000, lastId, take, tell }) {
  let request, cause, wake = () => {}, stopped = false, pause = "", retry = 3000, failures = 0, pass, renewed, renewing;
  const state = (name, reason, retryInMs) => stopped || tell({ name, reason, ...(retryInMs !== undefined && { retryInMs }) });
  const wait = ms => new Promise(done => {
    const timer = setTimeout(done, ms);
    wake = () => (clearTimeout(timer), done());
  });
  const abort = why => {
    cause ??= why;
    request?.abort();
    wake();
  };

  async function bearer(renew) {
    if (typeof token !== "function") return token;
    let timer;
    const late = new Promise((_, no) => {
      timer = setTimeout(() => no(new Error("no token within 30 s")), 30_000);
    });
    try {
      return await Promise.race([token({ renew }), late]);
    } catch (error) {
      throw new Error(`The page has no token: ${error?.message ?? error}`);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Renews the token while the stream goes on, and reconnects once there is another one. */
  function renewLater(signal, share) {
    const life = typeof token === "function" && pass ? lifetime(claims(pass)) : undefined;
    if (life === undefined) return;
    clearTimeout(renewing);
    renewing = setTimeout(async () => {
      // Without a new one the stream goes on until the server ends it, and then the reason is told.
      const next = await bearer(true).catch(() => pass);
      if (signal.aborted) return;
      if (next === pass) return renewLater(signal, 0.1);
      renewed = next;
      abort("");
    }, Math.min(Math.max(life * share, 5000), 2 ** 31 - 1));
  }

  function target(init) {
    const to = new URL(url(), globalThis.document?.baseURI);
    const id = lastId();
    if (id) {
      // A page of another origin would need leave for the header.
      if (to.origin === (globalThis.location?.origin ?? to.origin)) init.headers["Last-Event-ID"] = encodeHeader(id);
      else to.searchParams.set("lastEventId", id);
    }
    return to;
  }

  async function read(response, signal) {
    const reader = response.body.getReader(), decoder = new TextDecoder();
    let frames = [], last = now(), began = last, tick = last, silent = false;
    const push = parser(frame => frames.push(frame));
    const check = () => {
      const silence = now() - last;
      if (signal.aborted || silence < silenceMs / 2) return;
      if (silence > silenceMs) return abort(`nothing has come for ${seconds(silence)}`);
      silent = true;
      state("stale", `Nothing has come for ${seconds(silence)}.`);
    };
    const watch = setInterval(() => {
      // After a sleep of the page, what has come meanwhile is read first.
      if (now() - tick > 15_000) setTimeout(check, 1000);
      else check();
      tick = now();
    }, 5000);
    try {
      for (;;) {
        const { value, done } = await reader.read();
        if (done || signal.aborted) return; // what another connection brings again must not move the cursor
        last = now();
        if (silent) state("live", "Events arrive again.");
        silent = false;
        push(decoder.decode(value, { stream: true }));
        const batch = frames;
        frames = [];
        for (const { retry: ms, comment } of batch) {
          if (ms !== undefined) retry = Math.min(Math.max(ms, 100), 3_600_000);
          if (comment?.startsWith("refused, ")) cause ??= `the server refuses for now: ${comment.slice(9)}`;
        }
        take(batch);
        if (now() - began > 20) {
          await turn();
          began = now();
        }
      }
    } finally {
      clearInterval(watch);
    }
  }

  /** One connection. Returns what comes of it: [state, reason, milliseconds to wait]. */
  async function attempt(again) {
    request = new AbortController();
    cause = undefined;
    const patience = [
      setTimeout(() => state("connecting", "No answer for 10 s; six tabs or streams may hold all connections to this host."), 10_000),
      setTimeout(() => abort(`no answer for ${seconds(HEAD_TIMEOUT_MS)}`), HEAD_TIMEOUT_MS),
    ];
    try {
      pass = renewed ?? (await bearer(again));
      renewed = undefined;
      const init = { headers: { Accept: "text/event-stream" }, credentials, cache: "no-store", signal: request.signal };
      if (pass) init.headers.Authorization = `Bearer ${pass}`;
      const response = await fetch(target(init), init);
      patience.forEach(clearTimeout);
      const type = response.headers.get("Content-Type") ?? "";
      if (response.status === 204) return ["ended", "The stream is over."];
      if (response.ok && /^text\/event-stream\b/i.test(type)) {
        failures = 0;
        state("live", "Connected.");
        renewLater(request.signal, 0.9);
        await read(response, request.signal);
        return ["reconnecting", cause ?? "the server has ended the stream", retry];
      }
      const reason = await reasonOf(response, type);
      if (response.status === 401 && !again && typeof token === "function") return await attempt(true);
      if (response.status < 500 && response.status !== 429 && response.status !== 408) return ["refused", reason, 300_000 * (1 + Math.random())];
      return ["reconnecting", reason, Number(response.headers.get("Retry-After")) * 1000];
    } catch (error) {
      if (cause !== undefined) return ["reconnecting", cause, retry];
      const offline = globalThis.navigator?.onLine === false ? "the browser is offline; " : "";
      return ["reconnecting", `${offline}${error?.message ?? error}`];
    } finally {
      patience.forEach(clearTimeout);
      clearTimeout(renewing);
      request.abort();
    }
  }

  async function run() {
    while (!stopped) {
      if (pause) {
        state("paused", pause);
        await wait(2 ** 31 - 1);
        continue;
      }
      if (cause !== "") state("connecting", "Waiting for the server's answer.");
      const [name, reason, ms] = await attempt(false);
      if (stopped || pause || cause === "") continue;
      if (name === "ended") return state(name, reason);
      const backoff = Math.min(retry * 2 ** failures++, Math.max(retry, 60_000)) * (0.5 + Math.random() / 2);
      const delay = Math.min(ms || backoff, 3_600_000);
      state(name, name === "refused" ? reason : `Reconnecting in ${seconds(delay)}: ${reason}`, delay);
      await wait(delay);
      cause = undefined;
    }
  }

  const unlisten = [
    listen(globalThis, "online", () => wake()),
    listen(globalThis.document, "visibilitychange", () => hidden() || wake()),
  ];
  const finished = run().finally(() => unlisten.forEach(stop => stop()));
  return {
    finished,
    /** Reconnects at once, without a word if the stream is open. */
    again: () => abort(""),
    wake: () => wake(),
    /** Holds the stream, for a reason; "" lets it go on. */
    pause(reason) {
      pause = reason;
      if (reason) abort("paused");
      else wake();
    },
    pass: () => pass,
    stop() {
      stopped = true;
      abort("stopped");
      unlisten.forEach(stop => stop());
    },
  };
}

/** Header values are bytes; the server reads them as UTF-8. */
const encodeHeader = text => String.fromCharCode(...new TextEncoder().encode(text));

/** A value with those who want to hear of its changes. */
function holder(value) {
  const listeners = new Set();
  return {
    get: () => value,
    set(next) {
      value = Object.freeze(next);
      for (const fn of [...listeners]) call(fn, value);
    },
    on(fn) {
      const own = state => fn(state);
      listeners.add(own);
      return () => listeners.delete(own);
    },
  };
}

/**
 * Follows any event stream over a connection of its own: `/stream`, a status, or a resource of the application. Reconnects with
 * the last id until one of the types of `end` has come, or it is closed.
 */
export function follow(url, fn, { token, credentials, end = [], lastEventId = "", silenceMs, whenHidden = "read" } = {}) {
  const state = holder({ name: "connecting", reason: "Waiting for the server's answer." });
  let id = lastEventId;
  const stream = link({
    url: () => url,
    token,
    credentials: credentials ?? (token ? "omit" : "same-origin"),
    silenceMs,
    lastId: () => id,
    tell: state.set,
    take(frames) {
      for (const frame of frames) {
        if (state.get().name === "ended" || state.get().name === "closed") return;
        id = frame.id ?? id;
        if (frame.long) call(fn, { type: "gap", id, data: "An event was too long for this page." });
        else if (frame.data !== undefined) {
          const type = frame.type || "message";
          call(fn, { type, id, data: frame.data });
          if (end.includes(type)) over("ended", `The server sent ${type}.`);
        }
      }
    },
  });
  let left = false; // in the back-forward cache, perhaps, which takes no page with a connection
  const look = () => stream.pause(left ? "The page is left." : whenHidden === "pause" && hidden() ? "The page is hidden." : "");
  const unlisten = [
    listen(globalThis.document, "visibilitychange", look),
    listen(globalThis, "pagehide", () => look((left = true))),
    listen(globalThis, "pageshow", () => look((left = false))),
  ];
  const over = (name, reason) => {
    stream.stop();
    unlisten.forEach(stop => stop());
    if (state.get().name !== "ended") state.set({ name, reason });
  };
  stream.finished.then(() => unlisten.forEach(stop => stop()));
  look();
  return {
    get state() {
      return state.get();
    },
    onState: state.on,
    retry: stream.wake,
    close: () => over("closed", "The page has closed the stream."),
  };
}

/** The log and the place in it of a cursor `#EPOCH.POSITION`. */
const epoch = cursor => cursor.slice(0, cursor.lastIndexOf("."));
const place = cursor => Number(cursor.slice(cursor.lastIndexOf(".") + 1));

/** Whether `a` stands before `b` in one log. */
const before = (a, b) => epoch(a) === epoch(b) && place(a) < place(b);

/** A member, as PATCH names it. */
const keyOf = (kind, name) => JSON.stringify({ [kind]: name });
const isStatus = key => key.startsWith('{"status"');

/** `SOURCE?name=value…` in one spelling, so that all tabs mean one member. */
const statusName = (source, params) => {
  if (params && "form" in params) throw new TypeError("A status comes whole here, for tabs that join later; form is not possible.");
  const query = Object.entries(params ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`);
  return query.length ? `${source}?${query.join("&")}` : source;
};

/**
 * Connects to the server at `base`, once there is something to follow. All that is said here is in fanfare.d.ts.
 */
export function connect(base = "", options = {}) {
  const { token, credentials = token ? "omit" : "same-origin" } = options;
  const root = () => new URL(`${base || "."}`.replace(/\/*$/, "/"), globalThis.document?.baseURI);
  const state = holder({ name: "idle", reason: "Nothing to follow yet." });
  const subscriptions = new Map(); // by member, a set of {fn, notice, parse}
  const lasts = new Map(); // by status, the last event with a state, and the last stale one if it still holds
  let self = random(), cursor = null, term = 0, leader, generation = Infinity;
  let lead, channel, name, leave, started = false, closed = false, heard = 0, asked = 0, reminder;

  // --- what every tab does ---

  const say = message => channel?.postMessage({ ...message, from: self, term });
  const ask = message => (lead ? lead.hear({ ...message, from: self, term }) : say(message));
  const want = join => ask({ kind: "want", members: [...subscriptions.keys()], cursor, join });

  function deliver(event) {
    const { keys, at, type, data } = event;
    if (at) {
      if (cursor && (at === cursor || before(at, cursor))) return; // this tab has it
      if (cursor && epoch(at) !== epoch(cursor) && type !== "gap") tellAll(undefined, { type: "gap", data: { requested: cursor, resumedAfter: null } });
      cursor = at;
    }
    if (!keys || event.lost) return tellAll(keys, { type, id: at, data, all: event.all });
    for (const key of keys) tellOne(key, event);
  }

  const tellAll = (keys, event) => {
    for (const [key, set] of subscriptions) {
      if (keys ? keys.includes(key) : event.all || !isStatus(key)) for (const each of [...set]) call(each.notice, event);
    }
  };

  /** Whether a status event is news: after a reconnection its state comes whole again. */
  function isNews(key, event) {
    const known = lasts.get(key) ?? {};
    const { type, id } = event;
    if (type === "stale" || type === "fresh") {
      const same = JSON.stringify(known.stale?.data) === JSON.stringify(event.data);
      if (type === "stale" ? same : !known.stale) return false;
      lasts.set(key, { ...known, stale: type === "stale" ? event : undefined });
      return true;
    }
    if (!id) return true;
    if (known.stale && type === "update") tellOne(key, { ...event, type: "fresh", id: undefined, data: {} });
    lasts.set(key, { state: event });
    return known.state?.id !== id;
  }

  function tellOne(key, event) {
    const set = subscriptions.get(key);
    if (!set || (event.status !== undefined && !isNews(key, event))) return;
    for (const each of [...set]) pass(each, event);
  }

  function pass({ fn, notice, parse }, { topic, status, type, id, data }) {
    const event = topic !== undefined ? { topic, type, id, data } : { status, type, id, data };
    if (id === undefined) call(notice, event);
    else call(() => fn(parse ? parse(data) : data, event));
  }

  function follows(kind, text, fn, { notice, parse } = {}) {
    if (closed) throw new Error("This connection is closed; connect again.");
    if (typeof fn !== "function") throw new TypeError(`A ${kind} needs a function that takes its events.`);
    try {
      encodeURIComponent(text);
    } catch {
      throw new TypeError(`The name of a ${kind} must be well-formed text; this one has half of a surrogate pair.`);
    }
    const key = keyOf(kind, text), own = { fn, notice, parse };
    const known = subscriptions.get(key);
    if (!known && subscriptions.size >= MAX_MEMBERS) throw new RangeError(`At most ${MAX_MEMBERS} topics and statuses in a tab.`);
    subscriptions.set(key, (known ?? new Set()).add(own));
    if (!known) later();
    else {
      const { state: last, stale } = lasts.get(key) ?? {};
      queueMicrotask(() => {
        if (subscriptions.get(key)?.has(own)) for (const event of [last, stale]) event && pass(own, event);
      });
    }
    start();
    return () => {
      const set = subscriptions.get(key);
      if (!set?.delete(own) || set.size) return;
      subscriptions.delete(key);
      lasts.delete(key);
      later();
    };
  }

  /** Several changes of a turn are one message. */
  let changing = false;
  const later = () => {
    if (changing) return;
    changing = true;
    queueMicrotask(() => {
      changing = false;
      if (started && !closed) want(false);
    });
  };

  function setState(next) {
    if (JSON.stringify(next) === JSON.stringify(state.get())) return;
    clearTimeout(reminder);
    state.set(next);
    // The leader's timers may be throttled in a hidden tab; messages are not.
    if (next.retryInMs && !lead) reminder = setTimeout(() => say({ kind: "wake" }), next.retryInMs + 500);
  }

  /** What a leader says, this tab's own included. */
  function obey(message) {
    const { kind, from } = message;
    if (message.term < term) return kind === "lead" ? want(true) : undefined; // one of the past; it learns the term
    heard = now();
    asked = 0;
    if (message.term > term || from !== leader) {
      if (lead && from !== self) resign();
      term = message.term;
      leader = from;
      generation = Infinity;
      want(true);
    }
    if (kind === "join" && message.to === self) {
      generation = message.generation;
      cursor ??= message.cursor;
      setState(message.state);
    }
    if (kind === "lasts" && message.to === self) message.events.forEach(event => tellOne(event.keys[0], event));
    if (kind === "batch" && message.generation >= generation) {
      message.events.forEach(deliver);
      if (message.cursor && !(cursor && before(message.cursor, cursor))) cursor = message.cursor;
    }
    if (kind === "state") setState(message.state);
  }

  function hear({ data: message }) {
    if (message.from === self) return;
    if (["lead", "join", "lasts", "batch", "state", "beat"].includes(message.kind)) obey(message);
    else lead?.hear(message);
  }

  // --- what the leader does ---

  function takeLead() {
    const wants = new Map(), gone = new Map(), cache = new Map(), resigned = new AbortController();
    let have = new Set(), stream, at = cursor, session, gathered, opening = 0, told = 0, patching = false, failed = 0, linger, lost = [], dirty = false;
    const refetch = new Set();
    const tell = message => {
      if (resigned.signal.aborted) return; // an answer that comes late must not speak in the next leader's term
      told = now();
      say(message);
      obey({ ...message, from: self, term });
    };
    const tellState = next => tell({ kind: "state", state: next });
    const refuse = (key, data) => ({ ...JSON.parse(key), keys: [key], type: "refused", data });
    const union = () => new Set([...wants.values()].flatMap(members => [...members]));
    const desired = () => [...union()].filter(key => !gone.has(key));
    const send = events => tell({ kind: "batch", generation: opening, events, cursor: at });

    /** Topics first, which only a connection's opening can resume; what does not fit is added by PATCH. */
    function url() {
      const to = new URL("events", root()), all = desired().sort().reverse(); // "topic" sorts behind "status"
      session = undefined;
      opening++;
      const known = have;
      have = new Set();
      lost = [];
      let size = 0;
      for (const key of all) {
        const [[kind, text]] = Object.entries(JSON.parse(key));
        size += encodeURIComponent(text).length + 8;
        if (size < MAX_URL_CHARS || !have.size) {
          to.searchParams.append(kind, text);
          have.add(key);
        } else if (kind === "topic" && known.has(key)) lost.push(key);
      }
      to.searchParams.append("heartbeat", `${HEARTBEAT_S}s`);
      to.searchParams.append("positions", "true");
      return to;
    }

    function take(frames) {
      const events = [];
      for (const frame of frames) {
        at = frame.id ?? at;
        if (frame.data === undefined && !frame.long) continue;
        const event = read(frame);
        if (!event.keys && event.type === "open") {
          session = event.session;
          dirty = true;
          if (lost.length) events.push({ type: "gap", keys: lost, lost: true, data: { requested: at, resumedAfter: null } });
        } else if (event.keys || event.type === "gap") {
          note(event, frame.data?.length);
          events.push(event);
        }
      }
      if (dirty || events.length || now() - told > 5000) send(events);
      if (dirty) sync();
    }

    /** The event of a frame, with the members that it is for and its cursor. One that can't be read is a gap. */
    function read({ id, data, long }) {
      const skipped = { type: "gap", all: true, at: id, data: { requested: at, resumedAfter: at } };
      if (long) return skipped;
      try {
        const event = JSON.parse(data), kind = ["topic", "status"].find(each => event[each] !== undefined);
        event.at = id;
        if (kind) event.keys = (event.selectors ?? [event[kind]]).map(text => keyOf(kind, text));
        return event;
      } catch {
        return skipped;
      }
    }

    /** Remembers what a tab needs that comes later, and what the stream no longer has. */
    function note(event, size) {
      const { type, id, keys, data } = event;
      if (!keys) return;
      const [key] = keys, over = id === undefined && (type === "refused" || type === "over");
      if (over || (event.status !== undefined && type === "end")) {
        have.delete(key);
        gone.set(key, type);
        dirty = true;
        if (data?.retryAfter) setTimeout(() => gone.delete(key) && sync(), data.retryAfter * 1000);
      }
      if (event.status === undefined || over) return;
      const known = cache.get(key) ?? {};
      if (type === "stale" || type === "fresh") known.stale = type === "stale" ? event : undefined;
      else Object.assign(known, { state: size <= MAX_CACHED_CHARS && type !== "patch" ? event : undefined, stale: undefined });
      cache.set(key, known);
    }

    async function patch(add, remove) {
      const pass = stream.pass(), to = `${new URL("events/", root())}${session}`, mine = session;
      const headers = { "Content-Type": "application/json", ...(pass && { Authorization: `Bearer ${pass}` }) };
      const body = `{"add":[${add}],"remove":[${remove}]}`;
      const response = await fetch(to, { method: "PATCH", headers, body, credentials, signal: AbortSignal.timeout(HEAD_TIMEOUT_MS) });
      if (!response.ok) throw new Error(await reasonOf(response, response.headers.get("Content-Type") ?? ""));
      const { refused } = await response.json();
      if (session !== mine) return;
      remove.forEach(key => have.delete(key));
      add.forEach(key => have.add(key));
      const events = refused.map(({ topic, status, ...data }) =>
        refuse(topic !== undefined ? keyOf("topic", topic) : keyOf("status", status), data));
      events.forEach(event => note(event));
      if (events.length) send(events);
    }

    /** Brings the stream to what the tabs want. */
    async function sync() {
      dirty = false;
      if (gathered || resigned.signal.aborted) return;
      const all = desired(), wanted = new Set(all.slice(0, MAX_MEMBERS));
      clearTimeout(linger);
      const surplus = all.slice(MAX_MEMBERS).map(key =>
        refuse(key, { code: 400, reason: `The tabs of this browser follow more than ${MAX_MEMBERS} topics and statuses.` }));
      surplus.forEach(event => note(event));
      if (surplus.length) send(surplus);
      if (!wanted.size) {
        const over = union().size > 0;
        if (over && stream) stop("ended", "All that was asked for is over.");
        else if (stream) linger = setTimeout(() => stop("idle", "Nothing to follow now."), 1000);
        return;
      }
      if (!stream) return open();
      if (!session || patching) return;
      const add = [...wanted].filter(key => !have.has(key) || refetch.has(key));
      const remove = [...have].filter(key => !wanted.has(key) || refetch.has(key));
      if (!add.length && !remove.length) return;
      refetch.clear();
      patching = true;
      try {
        await patch(add, remove);
        failed = 0;
      } catch {
        // A connection's opening names all members, and says what is wrong.
        await new Promise(done => setTimeout(done, Math.min(100 * 4 ** failed++, 30_000)));
        stream?.again();
        session = undefined;
      }
      patching = false;
      sync();
    }

    const stop = (name, reason) => {
      stream?.stop();
      stream = session = undefined;
      have.clear();
      tellState({ name, reason });
    };

    function open() {
      const silenceMs = 3 * HEARTBEAT_S * 1000;
      stream = link({ url, token, credentials, silenceMs, lastId: () => at, take, tell: tellState });
    }

    /** Has a tab join: from where it is, if need be by another connection that resumes from there. */
    function join(id, from) {
      const behind = from && at && before(from, at);
      tell({ kind: "join", to: id, generation: opening + (behind ? 1 : 0), cursor: at, state: state.get() });
      if (!behind) return;
      at = from;
      stream?.again();
    }

    function welcome(id, members) {
      const events = [];
      for (const key of members.filter(key => !wants.get(id)?.has(key))) {
        const { state: last, stale } = cache.get(key) ?? {};
        if (gone.has(key) && !(last && gone.get(key) === "end")) gone.delete(key);
        else if (last) events.push(...[last, stale].filter(Boolean));
        else if (have.has(key) && isStatus(key)) refetch.add(key);
      }
      wants.set(id, new Set(members));
      return events;
    }

    /** Forgets what no tab wants any more. */
    function tidy() {
      const all = union();
      for (const known of [cache, gone, refetch]) for (const key of known.keys()) if (!all.has(key)) known.delete(key);
      sync();
    }

    function answer(message) {
      if (message.term > term) {
        term = message.term + 1;
        tell({ kind: "lead" });
      }
      const { kind, from, members, cursor: has } = message;
      if (kind === "wake") stream?.wake();
      if (kind === "ping") tell({ kind: "beat" });
      if (kind === "bye") drop(from);
      if (kind !== "want") return;
      const known = wants.has(from);
      const events = welcome(from, members);
      if (!known && from !== self) {
        navigator.locks.request(`${name} ${from}`, { signal: resigned.signal }, () => drop(from)).catch(() => {});
      }
      if (gathered) {
        // Before the first connection: it begins where the tab that is furthest behind is.
        if (has && (!at || before(has, at))) at = has;
        gathered();
      } else if (message.join) join(from, has);
      if (events.length) tell({ kind: "lasts", to: from, events });
      tidy();
    }

    const drop = id => {
      wants.delete(id);
      tidy();
    };

    async function gather() {
      let all = 1;
      const ready = new Promise(done => {
        gathered = () => wants.size >= all && done();
        setTimeout(done, 1000);
      });
      wants.set(self, new Set(subscriptions.keys()));
      if (channel) {
        all = Infinity;
        tell({ kind: "lead" });
        const { held } = await navigator.locks.query().catch(() => ({ held: [] }));
        all = held.filter(lock => lock.name.startsWith(`${name} `)).length || Infinity;
        gathered();
        await ready;
      } else tell({ kind: "lead" });
      if (resigned.signal.aborted) return;
      gathered = undefined;
      for (const id of wants.keys()) join(id, null);
      sync();
    }

    lead = {
      hear: answer,
      resign() {
        resigned.abort();
        clearTimeout(linger);
        stream?.stop();
      },
    };
    term++;
    gather();
  }

  let release = () => {}, withdraw = () => {};
  const resign = () => {
    lead?.resign();
    lead = undefined;
    release();
  };

  /** Waits for the lock, and leads while it is held. */
  function queue(steal) {
    const waiting = new AbortController(), { signal } = waiting;
    withdraw = () => waiting.abort();
    navigator.locks.request(name, steal ? { steal } : { signal }, () => {
      if (signal.aborted) return;
      const held = new Promise(done => (release = done));
      takeLead();
      return held;
    }).catch(() => {
      // Another tab took the lock, since this one had not answered; or this one has left.
    }).then(() => {
      if (signal.aborted) return;
      resign();
      queue(false);
    });
  }

  /** Looks after the leader: one that is frozen or hangs answers nothing, and loses the lock. */
  function watch() {
    if (lead || !subscriptions.size || now() - heard < LEADER_SILENCE_MS) return;
    if (!asked) {
      asked = now();
      say({ kind: "ping" });
    } else if (now() - asked > 4000) {
      asked = 0;
      heard = now();
      withdraw();
      queue(true);
    }
  }

  async function identity() {
    if (options.identity !== undefined || !token) return options.identity ?? "";
    const { iss, sub, mercure } = claims(typeof token === "function" ? await token({ renew: false }) : token);
    return sub === undefined && mercure === undefined ? null : [iss, sub, mercure];
  }

  /** Joins the other tabs; where that is not possible or not allowed, this tab has a connection of its own. */
  async function share(signal) {
    const who = await identity();
    if (who === null || !navigator.locks || options.share === false) return false;
    name = `fanfare/1 ${root()} ${credentials} ${JSON.stringify(who)}`;
    await new Promise((granted, no) => {
      navigator.locks.request(`${name} ${self}`, { signal }, () => {
        granted();
        return new Promise(done => signal.addEventListener("abort", done));
      }).catch(no);
    });
    if (signal.aborted) return true;
    channel = new BroadcastChannel(name);
    channel.onmessage = hear;
    return true;
  }

  async function start() {
    if (started || closed) return;
    started = true;
    const leaving = new AbortController(), { signal } = leaving;
    let timer;
    leave = () => {
      say({ kind: "bye" });
      leaving.abort();
      withdraw();
      resign();
      clearInterval(timer);
      clearTimeout(reminder);
      channel?.close();
      channel = leader = undefined;
      self = random();
      generation = Infinity;
      started = false;
    };
    let shared = false;
    try {
      shared = await share(signal);
    } catch {
      channel?.close(); // locks or channels are forbidden here, or the token can't be had now: the connection says why
      channel = undefined;
    }
    if (signal.aborted) return;
    if (!shared || !channel) return takeLead();
    heard = now();
    timer = setInterval(watch, 10_000);
    queue(false);
    want(true);
  }

  const unlisten = [
    // A page in the back-forward cache must hold no lock and no connection.
    listen(globalThis, "pagehide", () => started && leave()),
    listen(globalThis, "pageshow", ({ persisted }) => persisted && subscriptions.size && start()),
  ];

  return {
    topic: (topic, fn, more) => follows("topic", `${topic}`, fn, more),
    status: (source, params, fn, more) => follows("status", statusName(source, params), fn, more),
    get state() {
      return state.get();
    },
    onState: state.on,
    retry: () => ask({ kind: "wake" }),
    close() {
      if (closed) return;
      closed = true;
      if (started) leave();
      subscriptions.clear();
      lasts.clear();
      unlisten.forEach(stop => stop());
      state.set({ name: "closed", reason: "The page has closed the connection." });
    },
  };
}
