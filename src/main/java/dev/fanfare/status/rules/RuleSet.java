package dev.fanfare.status.rules;

import dev.fanfare.status.watch.WatcherGroup;

/**
 * What a client is sent of a status. Clients of a watch with equal rule sets share a {@link WatcherGroup}.
 *
 * @param change what counts as a change
 * @param pace how often changes are sent
 * @param form what they look like
 */
public record RuleSet(ChangeRule change, Pace pace, UpdateForm form) {}
