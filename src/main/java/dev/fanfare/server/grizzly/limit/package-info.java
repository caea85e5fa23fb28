/**
 * How many connections and streams the standalone server has, in all and from each address. Entry:
 * {@link dev.fanfare.server.grizzly.limit.ConnectionLimit}; {@link dev.fanfare.server.grizzly.limit.ClientAddress} says whose a
 * request is.
 */
@NullMarked
package dev.fanfare.server.grizzly.limit;

import org.jspecify.annotations.NullMarked;
