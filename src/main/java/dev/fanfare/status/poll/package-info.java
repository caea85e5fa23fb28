/**
 * Polls: a {@link dev.fanfare.status.poll.PolledSource} is a source with what all its polls share, and is where to start. Each
 * {@link dev.fanfare.status.poll.Poller} asks it for one status again and again, and a {@link dev.fanfare.status.poll.PollListener}
 * hears the answers.
 */
@NullMarked
package dev.fanfare.status.poll;

import org.jspecify.annotations.NullMarked;
