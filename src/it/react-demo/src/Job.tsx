import { useStatus } from "fanfare-client/react";

interface JobState {
  state: string;
  progress: number;
}

/** The status of a job, in all tabs over one connection. */
export function Job({ id }: { id: string }) {
  const { data, ended, stale, refused } = useStatus<JobState>("demo", { param1: id });
  return (
    <section aria-labelledby="job">
      <h2 id="job">Job {id}</h2>
      {refused && <p role="alert">{refused.reason}</p>}
      {stale && <p role="alert">Not up to date: {stale.reason}</p>}
      {data ? (
        <p>
          <progress value={data.progress} max={100} aria-label="Progress" /> <output>{data.state}</output>
          {ended && ", for good"}
        </p>
      ) : (
        <p>Nothing is known yet.</p>
      )}
    </section>
  );
}
