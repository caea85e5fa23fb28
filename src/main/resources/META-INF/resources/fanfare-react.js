/*
 * Hooks for React 18 and 19. What they show is in stores outside of React, which useSyncExternalStore reads: a store follows
 * its stream as long as a component is mounted, and tells React once for all that came in one turn.
 */
import { createContext, createElement, useContext, useMemo, useRef, useSyncExternalStore } from "react";
import { follow } from "./fanfare.js";

const CONNECTING = Object.freeze({ name: "connecting", reason: "Waiting for the server's answer." });
const Connection = createContext(undefined);

/** Gives all components below it a connection, as connect() makes it. */
export function FanfareProvider({ connection, children }) {
  return createElement(Connection.Provider, { value: connection }, children);
}

/** The connection of the FanfareProvider. */
export function useFanfare() {
  const connection = useContext(Connection);
  if (!connection) throw new Error("A hook of Fanfare needs a <FanfareProvider connection={connect(…)}> above its component.");
  return connection;
}

/** A snapshot with those that read it. `open(update)` runs while there are any, and returns what ends it. */
function store(initial, open) {
  const readers = new Set();
  let snapshot = initial, close, telling = false;
  const update = change => {
    snapshot = { ...snapshot, ...change(snapshot) };
    if (telling) return;
    telling = true;
    queueMicrotask(() => {
      telling = false;
      for (const read of [...readers]) read();
    });
  };
  return {
    subscribe(read) {
      readers.add(read);
      close ??= open(update);
      return () => {
        readers.delete(read);
        if (readers.size) return;
        close();
        close = undefined;
      };
    },
    snapshot: () => snapshot,
    initial: () => initial,
  };
}

const useStore = made => useSyncExternalStore(made.subscribe, made.snapshot, made.initial);

/** Options may be new objects at each render: a store reads the newest ones. */
function useLatest(value) {
  const latest = useRef(value);
  latest.current = value;
  return latest;
}

const lastOf = (events, keep = 50) => (events.length > keep ? events.slice(-keep) : events);

/** Keeps the connection's state in a snapshot. */
const watchState = (connection, update) => {
  update(() => ({ state: connection.state }));
  return connection.onState(state => update(() => ({ state })));
};

/**
 * The newest events of a topic, at most `keep`: { events, last, gaps, refused, state }. Each is { topic, type, id, data }, with
 * data read by `parse` if there is one.
 */
export function useTopic(name, options = {}) {
  const connection = useFanfare(), latest = useLatest(options);
  return useStore(useMemo(() => store({ events: [], last: undefined, gaps: 0, refused: undefined, state: CONNECTING }, update => {
    const stops = [watchState(connection, update), connection.topic(name, (data, event) => {
      const own = { ...event, data };
      update(({ events }) => ({ events: lastOf([...events, own], latest.current.keep), last: own, refused: undefined }));
    }, {
      parse: data => (latest.current.parse ? latest.current.parse(data) : data),
      notice: ({ type, data }) => update(({ gaps }) => (type === "gap" ? { gaps: gaps + 1 } : { refused: data })),
    })];
    return () => stops.forEach(stop => stop());
  }), [connection, name]));
}

/**
 * A status: { data, id, stale, ended, refused, state }. `initial` is shown until the first one has come, and by a server that
 * renders the page.
 */
export function useStatus(source, params, { initial } = {}) {
  const connection = useFanfare();
  const first = useRef(initial);
  const wanted = JSON.stringify(Object.entries(params ?? {}).sort(([a], [b]) => (a < b ? -1 : 1)));
  return useStore(useMemo(() => store({ data: first.current, id: undefined, stale: undefined, ended: false, refused: undefined, state: CONNECTING }, update => {
    const stops = [watchState(connection, update), connection.status(source, Object.fromEntries(JSON.parse(wanted)), (data, { id, type }) => {
      update(() => ({ data, id, stale: undefined, ended: type === "end", refused: undefined }));
    }, {
      notice({ type, data }) {
        if (type === "stale") update(() => ({ stale: data }));
        else if (type === "fresh") update(() => ({ stale: undefined }));
        else if (type !== "gap") update(() => ({ refused: data }));
      },
    })];
    return () => stops.forEach(stop => stop());
  }), [connection, source, wanted]));
}

/**
 * Any event stream, over a connection of its own: { events, last, state }. `types` are those to keep, all by default; after one of
 * `end` nothing follows; the other options are those of follow().
 */
export function useStream(url, options = {}) {
  const latest = useLatest(options), { end = [], whenHidden } = options;
  const ends = JSON.stringify(end);
  return useStore(useMemo(() => store({ events: [], last: undefined, state: CONNECTING }, update => {
    const { token, credentials, lastEventId, silenceMs } = latest.current;
    // A component that is mounted again begins anew, since the events of the last time are not its own.
    update(() => ({ events: [], last: undefined, state: CONNECTING }));
    const stream = follow(url, event => {
      const { types, keep } = latest.current;
      if (types && !types.includes(event.type) && !JSON.parse(ends).includes(event.type)) return;
      update(({ events }) => ({ events: lastOf([...events, event], keep), last: event }));
    }, { token, credentials, lastEventId, silenceMs, whenHidden, end: JSON.parse(ends) });
    const stop = stream.onState(state => update(() => ({ state })));
    update(() => ({ state: stream.state }));
    return () => (stop(), stream.close());
  }), [url, ends, whenHidden]));
}
