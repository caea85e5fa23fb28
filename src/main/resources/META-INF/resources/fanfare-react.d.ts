import type { ReactElement, ReactNode } from "react";
import type { Connection, FollowOptions, Refusal, State, StreamEvent, TopicEvent, Freshness } from "./fanfare.js";

/** Gives all components below it a connection, as `connect()` makes it, once for a page. */
export function FanfareProvider(props: { connection: Connection; children?: ReactNode }): ReactElement;

/** The connection of the `FanfareProvider`. */
export function useFanfare(): Connection;

export interface TopicView<T> {
  /** The newest events, oldest first. */
  readonly events: readonly (Omit<TopicEvent, "data"> & { readonly data: T })[];
  readonly last: (Omit<TopicEvent, "data"> & { readonly data: T }) | undefined;
  /** How often events were missed. */
  readonly gaps: number;
  /** Why the topic can't be had, if so. */
  readonly refused: Refusal["data"] | undefined;
  readonly state: State;
}

/** The newest events of a topic, 50 unless `keep` says how many. */
export function useTopic(name: string, options?: { keep?: number }): TopicView<string>;
/** The same, with data that `parse` reads: `useTopic<Price>("prices", { parse: JSON.parse })`. */
export function useTopic<T>(name: string, options: { keep?: number; parse: (data: string) => T }): TopicView<T>;

export interface StatusView<T> {
  /** The newest status; `initial` until one has come. */
  readonly data: T | undefined;
  readonly id: string | undefined;
  /** Since when and why the source fails, if so. The status is the last that it gave. */
  readonly stale: Freshness["data"] | undefined;
  /** Whether this status is the final one. */
  readonly ended: boolean;
  /** Why the status can't be had, if so. */
  readonly refused: Refusal["data"] | undefined;
  readonly state: State;
}

/** A status. A server that renders the page shows `initial`. */
export function useStatus<T = unknown>(
  source: string,
  params?: Readonly<Record<string, string | number | boolean>> | null,
  options?: { initial?: T },
): StatusView<T>;

export interface StreamView {
  readonly events: readonly StreamEvent[];
  readonly last: StreamEvent | undefined;
  readonly state: State;
}

/** Any event stream, over a connection of its own. `types`: those to keep, all by default; `keep`: how many, 50 by default. */
export function useStream(url: string, options?: FollowOptions & { types?: readonly string[]; keep?: number }): StreamView;
