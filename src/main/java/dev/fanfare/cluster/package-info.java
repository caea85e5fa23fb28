/**
 * What several nodes do with one log: everything that is the same whichever engine is behind the port {@link
 * dev.fanfare.log.SharedLog}. Each engine has a package of its own below this one.
 */
@NullMarked
package dev.fanfare.cluster;

import org.jspecify.annotations.NullMarked;
