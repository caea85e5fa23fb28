import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Browser, Server, settle, until } from "./browser.mjs";

let server, browser;
beforeEach(() => {
  server = new Server();
  browser = new Browser(server);
});

/** A tab that follows the topic "news" and notes what comes. */
function reader(options = {}, tab = browser.tab(options)) {
  const seen = [], notices = [], states = [];
  const connection = tab.connect("/", { ...options.connect });
  connection.onState(state => states.push(state));
  connection.topic("news", data => seen.push(data), { notice: event => notices.push(event) });
  return { tab, seen, notices, states, connection };
}

const readers = async (count, options) => {
  const all = Array.from({ length: count }, () => reader(options));
  await until(() => all.every(each => each.connection.state.name === "live"), "all tabs are live");
  return all;
};
const publish = (from, to, topic = "news") => {
  for (let n = from; n <= to; n++) server.publish(topic, `${n}`);
};
/** Lets time pass on a server that sends its heartbeats. */
const pass = async ms => {
  for (let left = ms; left > 0; left -= 10_000) {
    await browser.clock.advance(Math.min(left, 10_000));
    server.writeAll(":\n");
  }
};
const numbers = (from, to) => Array.from({ length: to - from + 1 }, (_, i) => `${from + i}`);
const leaderOf = all => all.find(each => [...server.streams].some(stream => stream.tab === each.tab));
const token = claims => `h.${btoa(JSON.stringify(claims))}.s`;

test("nothing is opened before there is something to follow", async () => {
  const connection = browser.tab().connect("/");
  await settle();
  assert.equal(connection.state.name, "idle");
  assert.equal(server.opened.length, 0);
});

test("a topic's events come as text, or as what parse makes of it", async () => {
  const connection = browser.tab().connect("/"), texts = [], prices = [];
  connection.topic("prices", (data, event) => texts.push([data, event]));
  connection.topic("prices", data => prices.push(data.price), { parse: JSON.parse });
  await until(() => connection.state.name === "live");
  server.publish("prices", '{"price":12}', { type: "tick", id: "mine" });
  await settle();
  assert.deepEqual(texts, [['{"price":12}', { topic: "prices", type: "tick", id: "mine", data: '{"price":12}' }]]);
  assert.deepEqual(prices, [12]);
});

test("a template gets the events of its topics, once for each handler", async () => {
  const connection = browser.tab().connect("/"), seen = [];
  connection.topic("/books/{id}", (data, event) => seen.push(`template ${event.topic}`));
  connection.topic("/books/1", (data, event) => seen.push(`topic ${event.topic}`));
  await until(() => connection.state.name === "live");
  server.publish("/books/1", "x");
  server.publish("/books/2", "x");
  await settle();
  assert.deepEqual(seen.sort(), ["template /books/1", "template /books/2", "topic /books/1"]);
});

test("twelve tabs share one connection, and each gets everything once", async () => {
  const all = await readers(12);
  publish(1, 50);
  await settle();
  assert.equal(server.streams.size, 1);
  assert.equal(server.opened.length, 1);
  for (const each of all) assert.deepEqual(each.seen, numbers(1, 50));
});

for (const end of ["crash", "close"]) {
  test(`when the leader's tab ends by ${end}, another goes on: nothing is lost or comes twice`, async () => {
    const all = await readers(5);
    publish(1, 10);
    await settle();
    for (let from = 11; all.length > 1; from += 10) {
      const leader = leaderOf(all);
      all.splice(all.indexOf(leader), 1);
      if (end === "crash") leader.tab.crash();
      else leader.connection.close();
      publish(from, from + 4);
      await browser.clock.advance(1500);
      publish(from + 5, from + 9);
      await settle();
      assert.equal(server.streams.size, 1);
      for (const each of all) assert.deepEqual(each.seen, numbers(1, from + 9));
    }
  });
}

test("a leader that dies before any event has come leaves no hole", async () => {
  const all = await readers(2);
  const leader = leaderOf(all), other = all.find(each => each !== leader);
  leader.tab.crash();
  publish(1, 3);
  await browser.clock.advance(1500);
  assert.deepEqual(other.seen, numbers(1, 3));
});

test("the next leader resumes from the least cursor that any tab has", async () => {
  const all = await readers(3);
  const leader = leaderOf(all), [slow, other] = all.filter(each => each !== leader);
  publish(1, 5);
  await settle();
  slow.tab.freeze();
  publish(6, 9);
  await settle();
  leader.tab.crash();
  await browser.clock.advance(1500);
  await slow.tab.thaw();
  publish(10, 12);
  await browser.clock.advance(1500);
  assert.deepEqual(other.seen, numbers(1, 12));
  assert.deepEqual(slow.seen, numbers(1, 12));
});

test("a frozen leader loses the lead, and follows when it is awake again", async () => {
  const all = await readers(3);
  const leader = leaderOf(all);
  publish(1, 5);
  await settle();
  leader.tab.freeze();
  publish(6, 7);
  await browser.clock.advance(70_000);
  assert.notEqual(leaderOf(all.filter(each => each !== leader)), undefined);
  publish(8, 9);
  await settle();
  for (const each of all) if (each !== leader) assert.deepEqual(each.seen, numbers(1, 9));
  await leader.tab.thaw();
  await browser.clock.advance(20_000);
  publish(10, 12);
  await settle();
  for (const each of all) assert.deepEqual(each.seen, numbers(1, 12));
  assert.equal(server.streams.size, 1);
});

test("a leader that answers keeps the lead, however quiet the server is", async () => {
  const all = await readers(3);
  const leader = leaderOf(all);
  for (let i = 0; i < 10; i++) {
    await browser.clock.advance(15_000);
    server.writeAll(":\n");
  }
  assert.equal(leaderOf(all), leader);
  assert.equal(server.opened.length, 1);
});

test("members change by PATCH, not by another connection", async () => {
  const [first, second] = await readers(2);
  const seen = [];
  const stop = second.connection.topic("sport", data => seen.push(data));
  await until(() => server.patches.length === 1);
  publish(1, 1, "sport");
  await settle();
  stop();
  await until(() => server.patches.length === 2);
  publish(2, 2, "sport");
  await settle();
  assert.deepEqual(seen, ["1"]);
  assert.deepEqual(server.patches, [
    { add: [{ topic: "sport" }], remove: [] },
    { add: [], remove: [{ topic: "sport" }] },
  ]);
  assert.equal(server.opened.length, 1);
  first.connection.close();
});

test("a member that is taken away and back in one turn costs no request", async () => {
  const [{ connection }] = await readers(1);
  const stop = connection.topic("sport", () => {});
  stop();
  connection.topic("sport", () => {})();
  await browser.clock.advance(2000);
  assert.equal(server.patches.length, 0);
});

test("where PATCH fails, another connection has the members", async () => {
  const [{ connection }] = await readers(1);
  server.answer(() => Promise.reject(new TypeError("Failed to fetch")));
  connection.topic("sport", () => {});
  await browser.clock.advance(1000);
  assert.deepEqual(server.opened.at(-1).to.searchParams.getAll("topic").sort(), ["news", "sport"]);
});

test("a tab that crashes takes its members with it", async () => {
  const all = await readers(2);
  const other = all.find(each => each !== leaderOf(all));
  other.connection.topic("sport", () => {});
  await until(() => server.patches.length === 1);
  other.tab.crash();
  await until(() => server.patches.length === 2);
  assert.deepEqual(server.patches[1].remove, [{ topic: "sport" }]);
});

function follower(tab, seen, name = "jobs", params = { id: 42 }) {
  const connection = tab.connect("/");
  connection.status(name, params, (data, event) => seen.push([event.type, data]), { notice: event => seen.push([event.type]) });
  return connection;
}

test("a status comes to each tab and component when it joins, and then once for each change", async () => {
  server.set("jobs?id=42", { state: "running" });
  const first = [], second = [], third = [];
  const connection = follower(browser.tab(), first);
  await until(() => first.length === 1);
  follower(browser.tab(), second);
  await until(() => second.length === 1);
  connection.status("jobs", { id: "42" }, data => third.push(data));
  await until(() => third.length === 1);
  server.set("jobs?id=42", { state: "done" }, { over: true });
  await settle();
  for (const each of [first, second]) {
    assert.deepEqual(each, [["update", { state: "running" }], ["update", { state: "done" }], ["end", { state: "done" }]]);
  }
  assert.equal(third.length, 3);
  assert.equal(server.opened.length, 1);
});

test("a tab that comes after a stale status has ended is not told that it is stale", async () => {
  const first = [], late = [];
  server.set("jobs?id=42", { n: 1 });
  follower(browser.tab(), first);
  await until(() => first.length === 1);
  server.say("jobs?id=42", "stale", { since: "t", reason: "The source does not know this status any more" });
  await until(() => first.length === 2);
  server.say("jobs?id=42", "end", { n: 1 }, "end-1");
  await until(() => first.length === 3);
  follower(browser.tab(), late);
  await until(() => late.length > 0);
  await settle();
  assert.deepEqual(first, [["update", { n: 1 }], ["stale"], ["end", { n: 1 }]]);
  assert.deepEqual(late, [["end", { n: 1 }]]);
});

test("a status too large to be kept by the leader is fetched again for a tab that joins", async () => {
  const large = "x".repeat(100_000), first = [], second = [];
  server.set("jobs?id=42", large);
  follower(browser.tab(), first);
  await until(() => first.length === 1);
  follower(browser.tab(), second);
  await until(() => second.length === 1);
  assert.deepEqual(second, [["update", large]]);
  assert.equal(first.length, 1);
});

test("after a reconnection a status that has not changed comes to nobody again, and what was stale is fresh", async () => {
  const seen = [], connection = follower(browser.tab(), seen);
  server.set("jobs?id=42", { n: 1 });
  await until(() => connection.state.name === "live");
  await settle();
  server.say("jobs?id=42", "stale", { since: "t", reason: "The source answers 500" });
  await settle();
  server.statuses.get("jobs?id=42").stale = undefined;
  server.dropAll();
  await browser.clock.advance(4000);
  server.dropAll();
  await browser.clock.advance(4000);
  server.set("jobs?id=42", { n: 2 });
  await settle();
  assert.deepEqual(seen, [["update", { n: 1 }], ["stale"], ["fresh"], ["update", { n: 2 }]]);
});

test("a member that can't be had is told to its own handlers, and the others go on", async () => {
  const [{ connection, seen }] = await readers(1);
  const told = [];
  connection.status("nowhere", {}, () => {}, { notice: event => told.push(event) });
  connection.status("forbidden", {}, () => {}, { notice: event => told.push(event) });
  await until(() => told.length === 2);
  assert.deepEqual(told.map(event => [event.status, event.type, event.data.code]).sort(),
    [["forbidden", "refused", 403], ["nowhere", "refused", 404]]);
  publish(1, 1);
  await settle();
  assert.deepEqual(seen, ["1"]);
});

test("when all that is followed is over the connection ends, and the next member opens one", async () => {
  const seen = [], connection = follower(browser.tab(), seen);
  server.set("jobs?id=42", { n: 1 }, { over: true });
  await until(() => connection.state.name === "ended");
  assert.equal(server.streams.size, 0);
  connection.topic("news", () => {});
  await until(() => connection.state.name === "live");
  assert.deepEqual(server.opened.at(-1).to.searchParams.getAll("status"), []);
});

test("a connection without members is closed after a moment", async () => {
  const connection = browser.tab().connect("/");
  const stop = connection.topic("news", () => {});
  await until(() => connection.state.name === "live");
  stop();
  await browser.clock.advance(1500);
  assert.equal(connection.state.name, "idle");
  assert.equal(server.streams.size, 0);
});

for (const [name, size] of [["byte by byte", 1], ["in sevens", 7]]) {
  test(`bytes that come ${name} are the same events`, async () => {
    server.chunk = bytes => Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.slice(i * size, i * size + size));
    const [{ seen }] = await readers(1);
    server.publish("news", "Grüße 🎺\n\u0000\u001b");
    server.writeAll("\r\n: c\r\rid: #a1.7\r\ndata: {\"topic\":\"news\",\"type\":\"message\",\"id\":\"#a1.7\",\r\ndata: \"data\":\"crlf\"}\r\n\r\n");
    await until(() => seen.length === 2);
    assert.deepEqual(seen, ["Grüße 🎺\n\u0000\u001b", "crlf"]);
  });
}

test("half a frame at a cut is no event, and comes whole after the reconnection", async () => {
  const [{ seen }] = await readers(1);
  publish(1, 1);
  server.writeAll('id: #a1.2\ndata: {"topic":"news","type":"message","id":"#a1.2","data":"ha');
  server.log.push({ topic: "news", data: "half" });
  await settle();
  server.dropAll(undefined, new TypeError("network error"));
  await browser.clock.advance(4000);
  assert.deepEqual(seen, ["1", "half"]);
});

test("a server that was killed and is back goes on: nothing is lost or comes twice in any tab", async () => {
  const all = await readers(4);
  publish(1, 5);
  await settle();
  server.kill();
  publish(6, 9);
  await browser.clock.advance(20_000);
  assert.equal(all[0].connection.state.name, "reconnecting");
  assert.match(all[0].connection.state.reason, /^Reconnecting in \d+ s: /);
  server.up = true;
  publish(10, 10);
  await pass(60_000);
  for (const each of all) assert.deepEqual(each.seen, numbers(1, 10));
  assert.equal(server.streams.size, 1);
});

test("history that is gone is a gap in each tab that has not seen it", async () => {
  const all = await readers(2);
  publish(1, 3);
  await settle();
  server.kill();
  publish(4, 9);
  server.from = 6;
  server.up = true;
  await browser.clock.advance(10_000);
  for (const each of all) {
    assert.deepEqual(each.seen, [...numbers(1, 3), ...numbers(7, 9)]);
    assert.deepEqual(each.notices, [{ type: "gap", id: "#a1.6", data: { requested: "#a1.3", resumedAfter: "#a1.6" }, all: undefined }]);
  }
});

test("a server with another history is a gap, and what it has comes", async () => {
  const [{ seen, notices }] = await readers(1);
  publish(1, 3);
  await settle();
  server.kill();
  Object.assign(server, { epoch: "b2", log: [], up: true });
  publish(101, 102);
  await browser.clock.advance(10_000);
  publish(103, 103);
  await settle();
  assert.deepEqual(seen, [...numbers(1, 3), ...numbers(101, 103)]);
  assert.deepEqual(notices.map(event => event.type), ["gap"]);
});

test("a token is renewed on a 401, once", async () => {
  let calls = 0;
  server.accepts = header => header === "Bearer good";
  const make = ({ renew }) => (calls++, renew ? "good" : "old");
  const { connection } = reader({ connect: { token: make, identity: "me" } });
  await until(() => connection.state.name === "live");
  assert.equal(calls, 2);
});

test("a token that is refused again is told with the server's words, and retry tries again", async () => {
  server.accepts = header => header === "Bearer good";
  let value = "bad";
  const { connection } = reader({ connect: { token: () => value, identity: "me" } });
  await until(() => connection.state.name === "refused");
  assert.match(connection.state.reason, /The token has expired\. \(401\)/);
  value = "good";
  connection.retry();
  await until(() => connection.state.name === "live");
});

for (const clockAhead of [0, 3_600_000, -3_600_000]) {
  test(`a token is renewed before it expires, with a clock ${clockAhead / 3_600_000} hours ahead, and nobody notices`, async () => {
    let calls = 0;
    const iat = 1_700_000_000;
    const make = () => token({ sub: "me", iat: iat + calls, exp: iat + calls++ + 600 });
    const { seen, states } = reader({ clockAhead, connect: { token: make } });
    await until(() => server.opened.length === 1);
    publish(1, 1);
    await pass(560_000);
    publish(2, 2);
    await settle();
    assert.equal(server.opened.length, 2);
    assert.notEqual(server.opened[0].init.headers.Authorization, server.opened[1].init.headers.Authorization);
    assert.deepEqual(seen, ["1", "2"]);
    assert.ok(states.every(state => ["connecting", "live"].includes(state.name)), JSON.stringify(states));
  });
}

test("a token that can't be renewed leaves the stream alone until the server ends it", async () => {
  const old = token({ sub: "me", iat: 1_700_000_000, exp: 1_700_000_100 });
  let fails = false;
  const make = () => {
    if (fails) throw new Error("the login is over");
    return old;
  };
  const { connection } = reader({ connect: { token: make } });
  await until(() => connection.state.name === "live");
  fails = true;
  await pass(280_000);
  assert.equal(connection.state.name, "live");
  server.dropAll();
  await browser.clock.advance(4000);
  assert.match(connection.state.reason, /The page has no token: the login is over/);
});

test("tabs of different people do not share a connection; two tokens of one person do", async () => {
  reader({ connect: { token: token({ sub: "ann", exp: 9e9 }) } });
  reader({ connect: { token: token({ sub: "ann", exp: 8e9 }) } });
  reader({ connect: { token: token({ sub: "bob", exp: 9e9 }) } });
  reader({ connect: { token: "opaque" } });
  reader({ connect: { token: "opaque" } });
  await browser.clock.advance(2000);
  assert.equal(server.streams.size, 4);
});

const page = (type, status = 200, headers = {}) =>
  () => new Response(status === 204 ? null : "<!doctype html><title>Log in</title>", { status, headers: { ...(type && { "Content-Type": type }), ...headers } });

for (const [what, answer, name, words] of [
  ["HTML with 200", page("text/html"), "refused", /text\/html.*login or a proxy/],
  ["403", page("text/html", 403), "refused", /403/],
  ["404", page("text/html", 404), "refused", /404/],
  ["503", page("text/html", 503), "reconnecting", /Reconnecting in \d+ s: The server answers 503/],
  ["502 of a proxy", page("text/html", 502), "reconnecting", /502/],
  ["429", page("text/html", 429, { "Retry-After": "7" }), "reconnecting", /Reconnecting in 7 s/],
  ["204", page("", 204), "ended", /over/],
  ["no network", () => Promise.reject(new TypeError("Failed to fetch")), "reconnecting", /Failed to fetch/],
]) {
  test(`${what} is ${name}, with a reason in words`, async () => {
    server.answer(answer);
    const { connection } = reader();
    await until(() => connection.state.name === name, `${name}, not ${connection.state.name}`);
    assert.match(connection.state.reason, words);
    if (name === "ended") return;
    await pass(name === "refused" ? 700_000 : 60_000);
    assert.equal(server.streams.size, 1);
  });
}

test("a full server's own delay counts", async () => {
  server.answer(() => new Response(": refused, full\nretry: 18502\n", { headers: { "Content-Type": "text/event-stream" } }));
  const { connection } = reader();
  await until(() => connection.state.name === "reconnecting");
  assert.equal(connection.state.retryInMs, 18502);
  assert.match(connection.state.reason, /the server refuses for now: full/);
});

test("the first attempt comes within the server's retry, later ones later, none after more than a minute", async () => {
  const [{ states }] = await readers(1);
  server.kill();
  await browser.clock.advance(600_000);
  const delays = states.filter(state => state.name === "reconnecting").map(state => state.retryInMs);
  assert.ok(delays[0] <= 3000 && delays[0] >= 1500, `${delays}`);
  assert.ok(delays.every(delay => delay <= 60_000) && delays.at(-1) >= 30_000, `${delays}`);
});

test("online and a visible page try again at once", async () => {
  const [{ connection, tab }] = await readers(1);
  server.kill();
  await browser.clock.advance(300_000);
  server.up = true;
  tab.page.globalThis.navigator.onLine = true;
  tab.fire("online");
  await until(() => connection.state.name === "live");
  server.kill();
  await browser.clock.advance(300_000);
  server.up = true;
  tab.look("visible");
  await until(() => connection.state.name === "live");
});

test("silence is stale, then another connection", async () => {
  const [{ connection, states }] = await readers(1);
  await browser.clock.advance(31_000);
  assert.equal(connection.state.name, "stale");
  server.writeAll(":\n");
  await settle();
  assert.equal(connection.state.name, "live");
  await browser.clock.advance(60_000);
  assert.ok(states.some(state => /nothing has come for \d+ s/.test(state.reason)));
  assert.equal(server.opened.length, 2);
});

for (const [what, options] of [
  ["without locks", { locks: false }],
  ["where locks are forbidden", { locks: "forbidden" }],
  ["where channels are forbidden", { channels: false }],
]) {
  test(`${what} each tab has a connection of its own`, async () => {
    const all = await readers(3, options);
    publish(1, 5);
    await settle();
    assert.equal(server.streams.size, 3);
    for (const each of all) assert.deepEqual(each.seen, numbers(1, 5));
  });
}

test("a page in the back-forward cache holds nothing, and misses nothing when it is back", async () => {
  const all = await readers(2);
  const leader = leaderOf(all), other = all.find(each => each !== leader);
  publish(1, 3);
  await settle();
  leader.tab.fire("pagehide", { persisted: true });
  await settle();
  const { locks, channels } = leader.tab.remains();
  assert.deepEqual([locks, channels], [0, 0]);
  await browser.clock.advance(1500);
  publish(4, 6);
  await settle();
  assert.deepEqual(other.seen, numbers(1, 6));
  leader.tab.fire("pageshow", { persisted: true });
  await browser.clock.advance(1500);
  publish(7, 8);
  await settle();
  assert.deepEqual(other.seen, numbers(1, 8));
  assert.deepEqual(leader.seen, numbers(1, 8));
  assert.equal(server.streams.size, 1);
});

test("a page that comes back while the lead changes misses nothing", async () => {
  const all = await readers(3);
  const leader = leaderOf(all), [back, other] = all.filter(each => each !== leader);
  publish(1, 3);
  await settle();
  back.tab.fire("pagehide", { persisted: true });
  await settle();
  publish(4, 6);
  await settle();
  leader.tab.crash();
  back.tab.fire("pageshow", { persisted: true });
  await browser.clock.advance(1500);
  publish(7, 8);
  await settle();
  for (const each of [back, other]) assert.deepEqual(each.seen, numbers(1, 8));
});

test("a closed connection leaves no listener, lock, channel or timer", async () => {
  const all = await readers(3);
  for (const each of all) {
    each.connection.topic("more", () => {});
    each.connection.close();
    assert.equal(each.connection.state.name, "closed");
  }
  await browser.clock.advance(120_000);
  for (const each of all) assert.deepEqual(each.tab.remains(), { listeners: 0, channels: 0, locks: 0, timers: 0 });
  assert.equal(server.streams.size, 0);
});

test("subscribing and leaving a thousand times leaves nothing", async () => {
  const [{ connection, tab }] = await readers(1);
  await browser.clock.advance(2000);
  const before = tab.remains();
  for (let n = 0; n < 1000; n++) {
    connection.topic("more", () => {})();
    connection.status("jobs", { n }, () => {})();
    connection.onState(() => {})();
  }
  await browser.clock.advance(5000);
  assert.deepEqual(tab.remains(), before);
  assert.deepEqual([...[...server.streams][0].members], ['{"topic":"news"}']);
});

test("a handler that throws is reported, and the others get the event", async () => {
  const [{ connection, tab, seen }] = await readers(1);
  const later = [];
  connection.topic("news", () => { throw new Error("mine"); });
  connection.topic("news", data => later.push(data));
  publish(1, 1);
  await browser.clock.advance(10);
  assert.deepEqual([seen, later], [["1"], ["1"]]);
  assert.deepEqual(tab.errors.map(error => error.message), ["mine"]);
});

test("what can't be followed is refused where it is asked for", async () => {
  const [{ connection }] = await readers(1);
  assert.throws(() => connection.topic("\ud800", () => {}), /half of a surrogate pair/);
  assert.throws(() => connection.topic("news"), /needs a function/);
  assert.throws(() => connection.status("jobs", { form: "merge-patch" }, () => {}), /form is not possible/);
  for (let n = 0; n < 999; n++) connection.topic(`t${n}`, () => {});
  assert.throws(() => connection.topic("one more", () => {}), /At most 1000/);
  connection.close();
  assert.throws(() => connection.topic("news", () => {}), /closed/);
});

test("members of all tabs beyond a thousand are refused, each in its tab", async () => {
  const connections = [browser.tab().connect("/"), browser.tab().connect("/")], refused = [];
  for (const [i, connection] of connections.entries()) {
    for (let n = 0; n < 600; n++) connection.topic(`t${i}-${n}`, () => {}, { notice: event => refused.push(event.type) });
  }
  await browser.clock.advance(3000);
  assert.equal([...server.streams][0].members.size, 1000);
  assert.deepEqual(refused, Array(200).fill("refused"));
});

test("what does not fit the address is added by PATCH, and is told a gap when the connection was lost", async () => {
  const connection = browser.tab().connect("/"), seen = new Set(), gaps = new Set();
  for (let n = 0; n < 500; n++) {
    connection.topic(`https://example.com/some/long/topic/${n}`, (data, event) => seen.add(event.topic), { notice: event => gaps.add(event.type + n) });
  }
  await until(() => [...server.streams][0]?.members.size === 500, "all are members");
  assert.ok(server.opened[0].to.href.length < 8000, `${server.opened[0].to.href.length}`);
  for (let n = 0; n < 500; n++) server.publish(`https://example.com/some/long/topic/${n}`, "x");
  await settle();
  assert.equal(seen.size, 500);
  assert.equal(gaps.size, 0);
  server.dropAll();
  await browser.clock.advance(4000);
  await until(() => [...server.streams][0]?.members.size === 500, "all are members again");
  assert.ok(gaps.size > 300 && gaps.size < 500, `${gaps.size}`);
});

test("an event that is too long is a gap, and the next one comes", async () => {
  const [{ seen, notices }] = await readers(1);
  server.publish("news", "x".repeat(9 << 20));
  publish(1, 1);
  await until(() => seen.length === 1);
  assert.deepEqual(seen, ["1"]);
  assert.deepEqual(notices.map(event => event.type), ["gap"]);
});

test("a frame that is no event is a gap, and the next one comes", async () => {
  const [{ seen, notices }] = await readers(1);
  server.writeAll("data: <html>\n\n");
  publish(1, 1);
  await until(() => seen.length === 1);
  assert.deepEqual(notices.map(event => event.type), ["gap"]);
});

test("hostile payloads arrive as they were sent, in every tab", async () => {
  const payloads = [
    "<img src=x onerror=alert(1)>", "\u0000\u0007\u001b[2J\u2028\u2029\ufeff", "data: x\n\nid: 9", "x".repeat(1 << 20),
    '{"__proto__":{"polluted":1}}', "\u202egnp.exe",
  ];
  const all = await readers(2), states = [];
  all[1].connection.status("raw", {}, data => states.push(data));
  await until(() => server.patches.length === 1);
  for (const payload of payloads) server.publish("news", payload);
  server.set("raw", { half: "\ud800", "__proto__x": 1 });
  await until(() => states.length === 1);
  for (const each of all) assert.deepEqual(each.seen, payloads);
  assert.equal(states[0].half, "\ud800");
  assert.equal({}.polluted, undefined);
});

test("a page of another origin sends no header that needs leave", async () => {
  const { connection } = reader({ origin: "https://app.example", connect: {} }, undefined);
  connection.close();
  const tab = browser.tab({ origin: "https://app.example" }), seen = [];
  const other = tab.connect(server.origin);
  other.topic("news", data => seen.push(data));
  await until(() => other.state.name === "live");
  publish(1, 1);
  await settle();
  server.dropAll();
  publish(2, 2);
  await browser.clock.advance(4000);
  assert.deepEqual(seen, ["1", "2"]);
  assert.deepEqual(Object.keys(server.opened.at(-1).init.headers), ["Accept"]);
});

for (const [base, path, expected] of [
  ["", "/shop/page", "/shop/events"],
  [".", "/shop/page", "/shop/events"],
  ["/", "/shop/page", "/events"],
  ["https://events.example/ctx", "/page", "/ctx/events"],
]) {
  test(`the base "${base}" on ${path} is ${expected}`, async () => {
    browser.tab({ path }).connect(base).topic("news", () => {});
    await until(() => server.opened.length === 1);
    assert.equal(server.opened[0].to.pathname, expected);
  });
}

test("a leader that has lost the lead says nothing when an answer comes late", async () => {
  const all = await readers(3);
  const leader = leaderOf(all), others = all.filter(each => each !== leader);
  let answer;
  server.answer(() => new Promise(done => (answer = done)));
  others[0].connection.topic("sport", () => {});
  await until(() => answer);
  leader.tab.freeze();
  await browser.clock.advance(70_000);
  await leader.tab.thaw();
  await settle();
  const { posts } = browser;
  answer(Response.json({ change: 1, added: [], removed: [], refused: [{ topic: "sport", code: 403, reason: "late" }] }));
  await settle();
  assert.equal(browser.posts, posts);
  publish(1, 3);
  await settle();
  for (const each of all) assert.deepEqual(each.seen, numbers(1, 3));
  assert.equal(server.streams.size, 1);
  assert.notEqual(leaderOf(all), leader);
});

// --- follow: a stream of its own ---

const counter = (from, to, end) => () => new Response(
  numbers(from, to).map(n => `event: new_message\nid: ${n}\ndata: Counter value ${n}\n\n`).join("") + (end ? "event: end_event\nid: end\ndata: over\n\n" : ""),
  { headers: { "Content-Type": "text/event-stream" } });

test("follow goes on after the last id, and ends for good with a type of the end", async () => {
  server.answer(counter(1, 3));
  server.answer(counter(4, 5, true));
  const seen = [], tab = browser.tab();
  const stream = tab.follow("/stream", event => seen.push(event), { end: ["end_event"] });
  await browser.clock.advance(10_000);
  assert.deepEqual(seen.map(event => event.data), [...numbers(1, 5).map(n => `Counter value ${n}`), "over"]);
  assert.equal(server.opened[1].init.headers["Last-Event-ID"], "3");
  assert.equal(stream.state.name, "ended");
  await browser.clock.advance(60_000);
  assert.equal(server.opened.length, 2);
  assert.deepEqual(tab.remains(), { listeners: 0, channels: 0, locks: 0, timers: 0 });
});

test("follow rests while the page is hidden, if it is asked to", async () => {
  const tab = browser.tab(), seen = [];
  server.answer(({ init }) => server.handle(`${server.origin}/events?topic=news`, init, tab));
  const stream = tab.follow("/prices", event => seen.push(event), { whenHidden: "pause" });
  await until(() => stream.state.name === "live");
  tab.look("hidden");
  await until(() => stream.state.name === "paused");
  server.answer(counter(7, 8));
  tab.look("visible");
  await until(() => seen.some(event => event.data === "Counter value 8"));
  stream.close();
  assert.equal(stream.state.name, "closed");
  await settle();
  assert.deepEqual(tab.remains(), { listeners: 0, channels: 0, locks: 0, timers: 0 });
});

test("follow holds no connection while the page is in the back-forward cache", async () => {
  const tab = browser.tab(), live = ({ init }) => server.handle(`${server.origin}/events?topic=news`, init, tab);
  server.answer(live);
  const stream = tab.follow("/prices", () => {});
  await until(() => stream.state.name === "live");
  tab.fire("pagehide", { persisted: true });
  tab.look("hidden");
  await until(() => stream.state.name === "paused");
  assert.equal(server.streams.size, 0);
  server.answer(live);
  tab.visibilityState = "visible";
  tab.fire("pageshow", { persisted: true });
  await until(() => stream.state.name === "live");
  stream.close();
});
