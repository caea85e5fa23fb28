package dev.fanfare.rest;

/**
 * The numbers for operators.
 *
 * @param enabled whether {@code /metrics} is there
 * @param access who may see it
 */
public record MetricsSettings(boolean enabled, Access access) {
    /** Who may see it. */
    public enum Access {
        /** Everybody who reaches the server. */
        ANONYMOUS,
        /** Whoever has a token that subscribes to the topic {@code /metrics}. */
        TOKEN
    }

    /** Not there. */
    public static final MetricsSettings OFF = new MetricsSettings(false, Access.TOKEN);
}
