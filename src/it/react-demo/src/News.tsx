import { useTopic } from "fanfare-client/react";

/** What is published on the topic "news". */
export function News() {
  const { events, gaps, refused } = useTopic("news", { keep: 20 });
  return (
    <section aria-labelledby="news">
      <h2 id="news">News</h2>
      {refused && <p role="alert">{refused.reason}</p>}
      {gaps > 0 && <p role="alert">Some news are missing here.</p>}
      <ul>
        {events.map(({ id, data }) => (
          <li key={id}>{data}</li>
        ))}
      </ul>
    </section>
  );
}
