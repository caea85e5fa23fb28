package dev.fanfare.rest;

import dev.fanfare.auth.Access;

/**
 * The numbers for operators.
 *
 * @param enabled whether {@code /metrics} is there
 * @param access who may see it; with a token, one that subscribes to the topic {@code /metrics}
 */
public record MetricsSettings(boolean enabled, Access access) {
    /** Not there. */
    public static final MetricsSettings OFF = new MetricsSettings(false, Access.TOKEN);
}
