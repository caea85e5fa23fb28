/**
 * From configuration to settings: {@link dev.fanfare.config.SettingsLoader} reads the keys of {@code
 * docs/reference/configuration.md} through <a
 * href="https://download.eclipse.org/microprofile/microprofile-config-3.1/microprofile-config-spec-3.1.html">MicroProfile
 * Config</a> once, at start, and fills {@link dev.fanfare.config.Settings}, or tells every fault at once in {@link
 * dev.fanfare.config.ConfigFaults}.
 */
@NullMarked
package dev.fanfare.config;

import org.jspecify.annotations.NullMarked;
