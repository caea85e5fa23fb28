/**
 * What the core tells a tracer: what is published, polled, and delivered to whom. {@link dev.fanfare.tracing.Tracing} is the
 * port, {@link dev.fanfare.tracing.EventTraces} what a hub does with it; see <a
 * href="https://www.w3.org/TR/trace-context/">W3C Trace Context</a>.
 */
@NullMarked
package dev.fanfare.tracing;

import org.jspecify.annotations.NullMarked;
