/**
 * The HTTP server under the standalone service: {@link dev.fanfare.server.grizzly.GrizzlyServer}, and the outlets that write to
 * its connections. The only package that knows Grizzly and Jersey's internals.
 */
@NullMarked
package dev.fanfare.server.grizzly;

import org.jspecify.annotations.NullMarked;
