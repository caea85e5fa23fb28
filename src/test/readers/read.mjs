// Prints the data of so many events, a line each: node read.mjs READER URL COUNT
const [reader, url, count] = process.argv.slice(2);
let left = Number(count);

function emit(event) {
  console.log(JSON.stringify(event.data));
  left -= 1;
  if (left === 0) process.exit(0);
}

if (reader === "eventsource") {
  const { EventSource } = await import("eventsource");
  new EventSource(url).onmessage = emit;
} else {
  const { createParser } = await import("eventsource-parser");
  const parser = createParser({ onEvent: emit });
  const answer = await fetch(url);
  const decoder = new TextDecoder();
  for await (const bytes of answer.body) parser.feed(decoder.decode(bytes, { stream: true }));
}
