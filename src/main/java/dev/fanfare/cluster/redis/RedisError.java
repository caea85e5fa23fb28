package dev.fanfare.cluster.redis;

import java.util.Set;

/** A Redis answered that it did not do what it was asked to. */
final class RedisError extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** Answers of a server that is not, or no longer, the one to talk to: another connection may find the right one. */
    private static final Set<String> ELSEWHERE =
            Set.of("READONLY", "LOADING", "MASTERDOWN", "NOAUTH", "WRONGPASS", "MOVED", "CLUSTERDOWN", "BUSY");

    RedisError(String message, Throwable cause) {
        super(message, cause);
    }

    RedisError(String message) {
        super(message);
    }

    /** The first word of what Redis says, such as {@code OOM}. */
    String code() {
        String message = String.valueOf(getMessage());
        int end = message.indexOf(' ');
        return end < 0 ? message : message.substring(0, end);
    }

    /** Whether the connection is of no more use. */
    boolean endsConnection() {
        return ELSEWHERE.contains(code());
    }
}
