package dev.fanfare.auth;

/**
 * A token that won't do, or none where one is needed. The message is for clients: it says what is wrong and what would be
 * right, and has nothing of the token, its claims or a key in it. There is no stack trace: refusing is no fault of the code.
 */
public final class TokenRefused extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final Kind kind;
    private final boolean lasting;

    /** Why a token is refused. */
    public enum Kind {
        /** There is none, and one is needed. */
        MISSING,
        /** It can't be read, is not signed by the right key, or its claims are malformed. */
        INVALID,
        /** It was good until its {@code exp}. */
        EXPIRED,
        /** It will be good from its {@code nbf} on. */
        NOT_YET,
        /** It can't be checked now, since the key set can't be fetched; it may be good later. No fault of the client. */
        UNVERIFIABLE
    }

    private TokenRefused(Kind kind, String message, boolean lasting) {
        super(message, null, false, false);
        this.kind = kind;
        this.lasting = lasting;
    }

    /** Whatever happens, a token that is so will be so. */
    static TokenRefused invalid(String message) {
        return new TokenRefused(Kind.INVALID, message, true);
    }

    /** May be otherwise next time. */
    static TokenRefused forNow(Kind kind, String message) {
        return new TokenRefused(kind, message, false);
    }

    /** Why. */
    public Kind kind() {
        return kind;
    }

    /** Whether it depends on nothing but the token and the key. */
    boolean lasting() {
        return lasting;
    }
}
