import { useStream } from "fanfare-client/react";

/** The messages of /stream in a list, until end_event. */
export function Messages({ server }: { server: string }) {
  const { events, state } = useStream(`${server}/stream`, {
    types: ["new_message"],
    end: ["end_event"],
    whenHidden: "pause",
  });
  return (
    <section aria-labelledby="messages">
      <h2 id="messages">Messages</h2>
      <p role="status">{state.name === "ended" ? "That was the last one." : state.reason}</p>
      <ol>
        {events.map(event => (
          <li key={event.id} data-type={event.type}>
            {event.data}
          </li>
        ))}
      </ol>
    </section>
  );
}
