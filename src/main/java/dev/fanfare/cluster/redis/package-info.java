/**
 * A {@link dev.fanfare.log.SharedLog} on Redis or Valkey, 6.2 or newer: {@link dev.fanfare.cluster.redis.RedisSharedLog}. The
 * keys are described in {@code docs/reference/redis.md}.
 */
@NullMarked
package dev.fanfare.cluster.redis;

import org.jspecify.annotations.NullMarked;
