/**
 * Whether the service is well, in the form of MicroProfile Health: {@link dev.fanfare.rest.health.HealthResource} answers, {@link
 * dev.fanfare.rest.health.HealthCheck} is one thing it asks.
 */
@NullMarked
package dev.fanfare.rest.health;

import org.jspecify.annotations.NullMarked;
