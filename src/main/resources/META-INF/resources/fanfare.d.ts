/** The version of this file, as the server's. */
export const version: string;

/** What a connection does now, and why, in words that can be shown. */
export interface State {
  /**
   * - `idle`: there is nothing to follow yet, or any more
   * - `connecting`: there is no answer yet
   * - `live`: events arrive as they happen
   * - `stale`: the connection is open, but nothing has come for a while, not even a heartbeat
   * - `reconnecting`: it was lost; the next attempt is in `retryInMs`
   * - `refused`: the server or something before it does not want this; another attempt is made in `retryInMs`, some minutes
   * - `paused`: the page is hidden or left (`follow` only)
   * - `ended`: all is over, and nothing will come
   * - `closed`: the page has closed it
   */
  readonly name: "idle" | "connecting" | "live" | "stale" | "reconnecting" | "refused" | "paused" | "ended" | "closed";
  readonly reason: string;
  readonly retryInMs?: number;
}

/** A token, or a function that gets one. It is called for each connection; `renew` says that the last one has expired. */
export type Token = string | ((why: { renew: boolean }) => string | Promise<string>);

export interface ConnectOptions {
  /** Sent as `Authorization: Bearer`. */
  token?: Token;
  /** Whether cookies go along. `same-origin` by default, `omit` with a token. */
  credentials?: "omit" | "same-origin" | "include";
  /**
   * Who this page acts for: tabs with the same base and identity share a connection. By default the issuer, subject and rights of a
   * token that is a JSON Web Token. A token of another form is shared with no other tab unless this is set.
   */
  identity?: string;
  /** Whether this tab shares its connection with others; true by default. */
  share?: boolean;
}

/** An event of a topic. */
export interface TopicEvent {
  readonly topic: string;
  /** The publisher's type; `message` if there is none. */
  readonly type: string;
  readonly id: string;
  /** The data as it was published. */
  readonly data: string;
}

/** A status. After `end` nothing follows. */
export interface StatusEvent<T> {
  readonly status: string;
  readonly type: "update" | "end";
  readonly id: string;
  readonly data: T;
}

/** A problem with one member; the server says why. */
export interface Refusal {
  readonly topic?: string;
  readonly status?: string;
  /** `refused`: it can't be had. `over`: it was there, and is no more. */
  readonly type: "refused" | "over";
  readonly data: { readonly code?: number; readonly reason: string; readonly retryAfter?: number };
}

/** Events were missed, since history no longer has them, or one was too large or unreadable. What follows is complete again. */
export interface Gap {
  readonly type: "gap";
  readonly id?: string;
  readonly data: { readonly requested: string | null; readonly resumedAfter: string | null };
}

/** The source has begun to fail, or answers again. The last status stays what it was. */
export interface Freshness {
  readonly status: string;
  readonly type: "stale" | "fresh";
  readonly data: { readonly since?: string; readonly asOf?: string | null; readonly attempts?: number; readonly reason?: string };
}

export type TopicNotice = Gap | Refusal;
export type StatusNotice = Freshness | Refusal | Gap;

export interface Connection {
  /**
   * Follows a topic, a URI template or `*`, until the function that is returned is called. Events come from when the server
   * knows of it, and over a lost connection none is lost or comes twice.
   */
  topic(name: string, fn: (data: string, event: TopicEvent) => void, options?: { notice?: (event: TopicNotice) => void }): () => void;
  /** The same, with data that `parse` reads: `topic<Price>("prices", show, { parse: JSON.parse })`. */
  topic<T>(
    name: string,
    fn: (data: T, event: TopicEvent) => void,
    options: { parse: (data: string) => T; notice?: (event: TopicNotice) => void },
  ): () => void;
  /** Follows a status until the function that is returned is called. The newest one comes at once, then each change, whole. */
  status<T = unknown>(
    source: string,
    params: Readonly<Record<string, string | number | boolean>> | null | undefined,
    fn: (data: T, event: StatusEvent<T>) => void,
    options?: { notice?: (event: StatusNotice) => void },
  ): () => void;
  readonly state: State;
  /** Calls the function at each change of the state, until the function that is returned is called. */
  onState(fn: (state: State) => void): () => void;
  /** Makes the next attempt at once. */
  retry(): void;
  /** Ends all that is followed here. Other tabs go on. */
  close(): void;
}

/**
 * A connection to the service at `base`, shared with the other tabs of this origin. Nothing is opened before there is something to
 * follow. A relative base is resolved against the page; "" is the page's own folder.
 */
export function connect(base?: string | URL, options?: ConnectOptions): Connection;

export interface StreamEvent {
  readonly type: string;
  /** The last id of the stream, which it goes on from after a reconnection. */
  readonly id: string;
  readonly data: string;
}

export interface FollowOptions {
  token?: Token;
  credentials?: "omit" | "same-origin" | "include";
  /** The types after which nothing follows: the stream is closed then. */
  end?: readonly string[];
  /** Where to begin. */
  lastEventId?: string;
  /** After this long without a byte the connection counts as lost; 45 s by default. Longer than the server's heartbeat. */
  silenceMs?: number;
  /** `pause` closes the stream while the page is hidden, and goes on after the last id when it is seen again. */
  whenHidden?: "read" | "pause";
}

export interface Stream {
  readonly state: State;
  onState(fn: (state: State) => void): () => void;
  retry(): void;
  close(): void;
}

/** Follows any event stream over a connection of its own, with the token, the reconnections and the states of `connect`. */
export function follow(url: string | URL, fn: (event: StreamEvent) => void, options?: FollowOptions): Stream;
