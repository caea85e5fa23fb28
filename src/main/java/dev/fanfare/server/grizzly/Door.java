package dev.fanfare.server.grizzly;

import dev.fanfare.server.grizzly.limit.ConnectionLimit;

/**
 * What a stream's connection goes back to: it is counted as before, and where it ends, it ends so that the last event arrives.
 *
 * @param limit counts the connections
 * @param linger closes them
 */
record Door(ConnectionLimit limit, Linger linger) {}
