/**
 * One poll for all nodes: {@link dev.fanfare.status.share.SharedPolls} sees to it that one of the nodes that watch a status asks
 * its source, and that all hear what it says. What the engine has to do is {@link dev.fanfare.log.SharedStates}.
 */
@NullMarked
package dev.fanfare.status.share;

import org.jspecify.annotations.NullMarked;
