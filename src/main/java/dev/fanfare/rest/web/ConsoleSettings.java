package dev.fanfare.rest.web;

import dev.fanfare.auth.Access;

/**
 * The console.
 *
 * @param enabled whether {@code /} and its files are there
 * @param access who may see what the server has; with a token, one that subscribes to {@code /status/fanfare}
 */
public record ConsoleSettings(boolean enabled, Access access) {}
