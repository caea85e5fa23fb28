/**
 * The standalone service: {@link dev.fanfare.server.Main}, its command line, its banner and its end.
 */
@NullMarked
package dev.fanfare.server;

import org.jspecify.annotations.NullMarked;
