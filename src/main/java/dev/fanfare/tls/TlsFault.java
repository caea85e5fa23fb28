package dev.fanfare.tls;

import org.jspecify.annotations.Nullable;

/** What is wrong with a certificate or its key, in words that say nothing of the key. */
public final class TlsFault extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    /** The file that a fault is in. */
    public enum Part {
        /** The certificate with its chain. */
        CERTIFICATE,
        /** The private key. */
        KEY,
        /** The file with the password of the key. */
        PASSWORD
    }

    private final Part part;

    TlsFault(Part part, String words) {
        this(part, words, null);
    }

    TlsFault(Part part, String words, @Nullable Throwable cause) {
        super(words, cause);
        this.part = part;
    }

    /** The file that it is in. */
    public Part part() {
        return part;
    }

    /** What was wrong, and what would be right; follows the name of the file. */
    public String words() {
        return String.valueOf(getMessage());
    }
}
