import { connect } from "fanfare-client";
import { FanfareProvider } from "fanfare-client/react";
import { act } from "react";
import { createRoot } from "react-dom/client";
import { expect, test, vi } from "vitest";
import { App } from "./App";

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });

const streams: Record<string, string> = {
  "/stream": "event: new_message\nid: 1\ndata: Counter value 1\n\nevent: end_event\nid: 2\ndata: End of the stream\n\n",
  "/prices": 'id: 1\ndata: {"symbol":"ACME","price":12.5,"change":-0.25}\n\n',
  "/events": [
    '{"type":"open","session":"s"}',
    '{"topic":"news","type":"message","id":"#a.1","data":"<b>Hello</b>"}',
    '{"status":"demo?param1=react","type":"update","id":"x","data":{"state":"running","progress":40}}',
  ].map((data, i) => `id: #a.${i}\ndata: ${data}\n\n`).join(""),
};

test("the page shows messages, prices, a status and news, as text", async () => {
  vi.stubGlobal("fetch", async (url: URL, { signal }: { signal: AbortSignal }) => {
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode(streams[url.pathname]));
        signal.addEventListener("abort", () => controller.error(new DOMException("aborted", "AbortError")));
      },
    });
    return new Response(body, { headers: { "Content-Type": "text/event-stream" } });
  });
  const server = "http://127.0.0.1:1", fanfare = connect(server), place = document.createElement("div");
  const root = createRoot(document.body.appendChild(place));
  await act(async () => root.render(<FanfareProvider connection={fanfare}><App server={server} /></FanfareProvider>));

  await vi.waitFor(() => act(async () => {
    for (const text of ["Counter value 1", "End of the stream", "That was the last one.", "ACME", "12.50", "-0.25", "running", "<b>Hello</b>", "Connected."]) {
      expect(place.textContent).toContain(text);
    }
  }));
  expect(place.querySelector("b")).toBeNull();
  await act(async () => root.unmount());
  fanfare.close();
});
