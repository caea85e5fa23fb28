/**
 * The values everything else speaks of: what is published ({@link dev.fanfare.event.Event}) and what is asked for
 * ({@link dev.fanfare.event.Selector}). A value that exists is valid: its constructor refuses what could not be written
 * to an event stream, see <a href="https://html.spec.whatwg.org/multipage/server-sent-events.html">WHATWG HTML 9.2</a>.
 */
@NullMarked
package dev.fanfare.event;

import org.jspecify.annotations.NullMarked;
