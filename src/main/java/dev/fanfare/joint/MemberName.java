package dev.fanfare.joint;

import dev.fanfare.status.JsonText;

/**
 * What a client calls a member of its stream: the text as it gave it. Immutable.
 *
 * @param kind what it is
 * @param text a selector of topics, or the source of a status with its parameters
 */
public record MemberName(Kind kind, String text) {
    /** What a member is. */
    public enum Kind {
        /** Topics. */
        TOPIC("topic"),
        /** A status. */
        STATUS("status");

        private final String key;

        Kind(String key) {
            this.key = key;
        }

        /** What it is called in JSON, and in a query. */
        public String key() {
            return key;
        }
    }

    /** The name of topics. */
    public static MemberName topic(String selector) {
        return new MemberName(Kind.TOPIC, selector);
    }

    /** The name of a status. */
    public static MemberName status(String text) {
        return new MemberName(Kind.STATUS, text);
    }

    /** The member of a JSON object that has this name: {@code "topic":"news"}. */
    public String json() {
        return '"' + kind.key() + "\":" + JsonText.quote(text);
    }
}
