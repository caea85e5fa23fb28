// Publishes an event as a form and two as JSON with the fetch of Node: node publish.mjs HUB TOKEN
const [hub, token] = process.argv.slice(2);
const TOPIC = 'https://example.com/books/1?a=b&c=ü';

async function post(body, headers = {}) {
  const answer = await fetch(hub, { method: 'POST', body, headers: { Authorization: `Bearer ${token}`, ...headers } });
  if (!answer.ok) {
    throw new Error(`${answer.status} ${await answer.text()}`);
  }
  console.log(await answer.text());
}

await post(
  new URLSearchParams({ topic: TOPIC, data: 'one\ntwo & three + 100%', id: 'by form', type: 'kind', private: 'on' }),
);
await post(
  JSON.stringify([
    { topic: TOPIC, data: { page: 7 }, id: 'by batch' },
    { topic: [TOPIC, 'news'], data: 'ü 🎈', private: true },
  ]),
  { 'Content-Type': 'application/json' },
);
