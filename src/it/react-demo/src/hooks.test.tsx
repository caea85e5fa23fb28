import type { Connection, State, StatusNotice, TopicNotice } from "fanfare-client";
import { FanfareProvider, useStatus, useStream, useTopic } from "fanfare-client/react";
import { act, StrictMode, type ReactNode } from "react";
import { createRoot, type Root } from "react-dom/client";
import { renderToString } from "react-dom/server";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });

interface Followed {
  name: string;
  fn: (data: never, event: never) => void;
  notice: ((event: never) => void) | undefined;
}

/** A connection that says what the test tells it to. */
class FakeConnection {
  followed = new Set<Followed>();
  opened = 0;
  listeners = new Set<(state: State) => void>();
  state: State = { name: "live", reason: "Connected." };
  onState = (fn: (state: State) => void) => {
    this.listeners.add(fn);
    return () => void this.listeners.delete(fn);
  };
  #follow(followed: Followed) {
    this.opened++;
    this.followed.add(followed);
    return () => void this.followed.delete(followed);
  }
  topic(name: string, fn: Followed["fn"], more?: { notice?: (event: TopicNotice) => void }) {
    return this.#follow({ name, fn, notice: more?.notice });
  }
  status(source: string, params: object | undefined, fn: Followed["fn"], more?: { notice?: (event: StatusNotice) => void }) {
    return this.#follow({ name: `${source} ${JSON.stringify(params)}`, fn, notice: more?.notice });
  }
  send(name: string, data: unknown, event: object) {
    for (const each of this.followed) if (each.name === name) each.fn(data as never, event as never);
  }
  say(name: string, event: object) {
    for (const each of this.followed) if (each.name === name) each.notice?.(event as never);
  }
  tell(state: State) {
    this.state = state;
    for (const fn of this.listeners) fn(state);
  }
}

let fake: FakeConnection, root: Root;
const within = (children: ReactNode) => (
  <FanfareProvider connection={fake as unknown as Connection}>{children}</FanfareProvider>
);
const show = (children: ReactNode) => act(async () => root.render(within(children)));

beforeEach(() => {
  fake = new FakeConnection();
  root = createRoot(document.body.appendChild(document.createElement("div")));
});
afterEach(async () => {
  await act(async () => root.unmount());
  expect([fake.followed.size, fake.listeners.size], "nothing is left behind").toEqual([0, 0]);
  vi.unstubAllGlobals();
});

function probe<T>(use: () => T) {
  const seen: { now?: T; renders: number } = { renders: 0 };
  function Probe() {
    seen.now = use();
    seen.renders++;
    return null;
  }
  return [seen, Probe] as const;
}

test("useTopic keeps the newest events, and says what is missing and refused", async () => {
  const [seen, Probe] = probe(() => useTopic("news", { keep: 2 }));
  await show(<Probe />);
  for (const n of [1, 2, 3]) await act(async () => fake.send("news", `${n}`, { topic: "news", type: "message", id: `${n}`, data: `${n}` }));
  expect(seen.now?.events.map(event => event.data)).toEqual(["2", "3"]);
  expect(seen.now?.last?.id).toBe("3");
  await act(async () => fake.say("news", { type: "gap", data: {} }));
  await act(async () => fake.say("news", { type: "refused", data: { code: 403, reason: "no" } }));
  expect([seen.now?.gaps, seen.now?.refused?.reason]).toEqual([1, "no"]);
});

test("many events of one turn are one render", async () => {
  const [seen, Probe] = probe(() => useTopic("news"));
  await show(<Probe />);
  const before = seen.renders;
  await act(async () => {
    for (let n = 0; n < 1000; n++) fake.send("news", "x", { topic: "news", type: "message", id: `${n}`, data: "x" });
  });
  expect(seen.now?.events).toHaveLength(50);
  expect(seen.renders - before).toBe(1);
});

test("a new function or object at each render is no new subscription; another name is one", async () => {
  let name = "news";
  const [, Probe] = probe(() => useTopic(name, { parse: text => JSON.parse(text) as number }));
  await show(<Probe />);
  await show(<Probe key="a" />);
  const opened = fake.opened;
  await show(<Probe key="a" />);
  expect(fake.opened).toBe(opened);
  name = "sport";
  await act(async () => root.render(within(<><Probe key="a" /></>)));
  expect([...fake.followed].map(each => each.name)).toEqual(["sport"]);
});

test("useStatus shows the newest status, its freshness and its end", async () => {
  const [seen, Probe] = probe(() => useStatus<{ n: number }>("jobs", { id: 42 }, { initial: { n: 0 } }));
  const name = 'jobs {"id":42}';
  await show(<Probe />);
  expect(seen.now?.data).toEqual({ n: 0 });
  await act(async () => fake.send(name, { n: 1 }, { type: "update", id: "a" }));
  await act(async () => fake.say(name, { type: "stale", data: { reason: "The source answers 500" } }));
  expect([seen.now?.data, seen.now?.stale?.reason]).toEqual([{ n: 1 }, "The source answers 500"]);
  await act(async () => fake.say(name, { type: "fresh", data: {} }));
  expect(seen.now?.stale).toBeUndefined();
  await act(async () => fake.send(name, { n: 2 }, { type: "end", id: "end-b" }));
  expect([seen.now?.data, seen.now?.ended]).toEqual([{ n: 2 }, true]);
});

test("the state of the connection reaches the hooks", async () => {
  const [seen, Probe] = probe(() => useTopic("news"));
  await show(<Probe />);
  await act(async () => fake.tell({ name: "reconnecting", reason: "Reconnecting in 3 s: lost", retryInMs: 3000 }));
  expect(seen.now?.state.reason).toBe("Reconnecting in 3 s: lost");
});

test("StrictMode leaves one subscription", async () => {
  const [, Probe] = probe(() => useTopic("news"));
  await show(<StrictMode><Probe /></StrictMode>);
  expect(fake.followed.size).toBe(1);
});

test("a server renders what is known before: initial, and no connection", () => {
  function Page() {
    const { data, state } = useStatus<{ n: number }>("jobs", { id: 42 }, { initial: { n: 7 } });
    const { events } = useTopic("news");
    const stream = useStream("http://127.0.0.1:1/stream");
    return <p>{data?.n} {state.name} {events.length} {stream.events.length}</p>;
  }
  expect(renderToString(within(<Page />)).replaceAll("<!-- -->", "")).toBe("<p>7 connecting 0 0</p>");
  expect(fake.opened).toBe(0);
});

test("a hook without a provider says what is missing", () => {
  const [, Probe] = probe(() => useTopic("news"));
  expect(() => renderToString(<Probe />)).toThrow("A hook of Fanfare needs a <FanfareProvider");
});

test("useStream follows a stream to its end, and closes it when the component goes", async () => {
  const signals: AbortSignal[] = [];
  vi.stubGlobal("fetch", async (_: URL, { signal }: { signal: AbortSignal }) => {
    signals.push(signal);
    return new Response("event: new_message\nid: 1\ndata: a\n\nevent: other\ndata: b\n\nevent: end_event\nid: 2\ndata: c\n\n", {
      headers: { "Content-Type": "text/event-stream" },
    });
  });
  const [seen, Probe] = probe(() => useStream("http://127.0.0.1:1/stream", { types: ["new_message"], end: ["end_event"] }));
  await show(<StrictMode><Probe /></StrictMode>);
  await vi.waitFor(() => act(async () => expect(seen.now?.state.name).toBe("ended")));
  expect(seen.now?.events.map(event => event.data)).toEqual(["a", "c"]);
  await act(async () => root.render(null));
  expect(signals.every(signal => signal.aborted)).toBe(true);
});
