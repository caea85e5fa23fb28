/**
 * Streams of several members, topics and statuses, on one connection: {@link dev.fanfare.joint.JointStreams} is where to start. A
 * {@link dev.fanfare.joint.JointStream} is one client's; its events come in envelopes that say what they belong to, and its members
 * change while it is open.
 */
@NullMarked
package dev.fanfare.joint;

import org.jspecify.annotations.NullMarked;
