/**
 * The format {@code text/event-stream}: {@link dev.fanfare.wire.EventEncoder} writes it, {@link
 * dev.fanfare.wire.EventDecoder} reads it, {@link dev.fanfare.wire.Frame} holds what was written. Pure computation, for
 * server and client, see <a href="https://html.spec.whatwg.org/multipage/server-sent-events.html">WHATWG HTML 9.2</a>.
 */
@NullMarked
package dev.fanfare.wire;

import org.jspecify.annotations.NullMarked;
