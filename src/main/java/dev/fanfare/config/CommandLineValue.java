package dev.fanfare.config;

/**
 * A key set on the command line.
 *
 * @param key such as {@code fanfare.http.port}
 * @param value as typed
 * @param option such as {@code --port}, for faults
 */
public record CommandLineValue(String key, String value, String option) {}
