/**
 * The standalone service: {@code Main} and its command line, the Grizzly server and the outlets that write to its
 * connections. The only package that knows Grizzly and Jersey's internals.
 */
@NullMarked
package dev.fanfare.server;

import org.jspecify.annotations.NullMarked;
