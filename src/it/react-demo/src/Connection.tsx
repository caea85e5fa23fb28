import type { State } from "fanfare-client";
import { useFanfare } from "fanfare-client/react";
import { useSyncExternalStore } from "react";

/** What the connection does, in words. */
export function Connection() {
  const fanfare = useFanfare();
  const state: State = useSyncExternalStore(fanfare.onState, () => fanfare.state, () => fanfare.state);
  const waits = state.name === "reconnecting" || state.name === "refused";
  return (
    <p role="status" data-state={state.name}>
      {state.reason} {waits && <button onClick={fanfare.retry}>Try now</button>}
    </p>
  );
}
