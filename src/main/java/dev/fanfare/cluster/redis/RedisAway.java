package dev.fanfare.cluster.redis;

/** A Redis can't be reached, or a connection to it broke while something was under way. */
final class RedisAway extends RuntimeException {
    private static final long serialVersionUID = 1;

    private RedisAway(String message, Throwable cause) {
        super(message, cause);
    }

    /** There was no connection, so nothing was sent. */
    static RedisAway notReached(String message, Throwable cause) {
        return new RedisAway(message, cause);
    }

    /** A connection broke; what was sent may have been done. */
    static RedisAway broken(Throwable cause) {
        return new RedisAway("The connection to Redis broke, or Redis has not answered in time", cause);
    }
}
