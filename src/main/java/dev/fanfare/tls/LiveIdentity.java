package dev.fanfare.tls;

import java.time.Duration;
import java.time.Instant;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/*
 * Whoever renews a certificate writes two files, and not at once. So files that have changed are read when they have not
 * changed between two looks. What they hold is compared, not their times: a link that points elsewhere counts too.
 */
/**
 * The certificate that the server shows from now on: that of the files as they are, or as they were when they were last sound.
 * Connections that there are keep theirs. Thread-safe; one thread at a time looks.
 */
public final class LiveIdentity {
    private static final System.Logger LOG = System.getLogger(LiveIdentity.class.getName());
    private static final Duration WARN_BEFORE = Duration.ofDays(7);
    private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};

    private final TlsFiles files;
    private final Supplier<Instant> clock;
    private volatile Identity identity;
    private volatile SSLContext context;

    // Confined to the thread that looks.
    private State used;
    private @Nullable State changed;
    private boolean warned;

    /** What was found; a fault is known by its words. */
    private record State(
            TlsFiles.@Nullable Contents contents, @Nullable TlsFault fault) {
        static State of(TlsFiles files) {
            try {
                return new State(files.read(), null);
            } catch (TlsFault e) {
                return new State(null, e);
            }
        }

        TlsFiles.Contents orThrow() {
            if (contents == null) {
                throw fault == null ? new IllegalStateException("neither contents nor a fault") : fault;
            }
            return contents;
        }

        boolean isSame(@Nullable State other) {
            return other != null
                    && (contents == null
                            ? other.contents == null && words(fault).equals(words(other.fault))
                            : contents.equals(other.contents));
        }

        private static String words(@Nullable TlsFault fault) {
            return fault == null ? "" : fault.words();
        }
    }

    /**
     * Reads the files.
     *
     * @throws TlsFault saying what is wrong with them and what would be right
     */
    public LiveIdentity(TlsFiles files, Supplier<Instant> clock) {
        refuseRenegotiation();
        this.files = files;
        this.clock = clock;
        this.used = State.of(files);
        this.identity = Identity.of(used.orThrow(), clock.get());
        this.context = identity.context();
        warnBeforeEnd();
    }

    /**
     * A client of TLS 1.2 can't begin a second handshake on its connection, which costs a server much more than it. To be called
     * before anything of the JVM speaks TLS.
     */
    public static void refuseRenegotiation() {
        System.getProperties().putIfAbsent("jdk.tls.rejectClientInitiatedRenegotiation", "true");
    }

    /**
     * Checks files without using them.
     *
     * @throws TlsFault saying what is wrong with them and what would be right
     */
    public static void check(TlsFiles files, Instant now) {
        Identity.of(files.read(), now);
    }

    /**
     * Whether a client that trusts the certificates of the file, and nothing else, trusts the server: the last one of them has
     * certified itself.
     *
     * @throws TlsFault as {@link #check}
     */
    public static boolean isItsOwnAuthority(TlsFiles files, Instant now) {
        return Identity.of(files.read(), now).endsInItself();
    }

    /**
     * Whose certificate the files hold, and until when it is valid.
     *
     * @throws TlsFault as {@link #check}
     */
    public static String words(TlsFiles files, Instant now) {
        return Identity.of(files.read(), now).words();
    }

    /** Looks whether the files have changed, and uses them if they are sound. To be called every few seconds; reads files. */
    public void look() {
        State now = State.of(files);
        if (now.isSame(used)) {
            changed = null;
            warnBeforeEnd();
            return;
        }
        if (!now.isSame(changed)) {
            changed = now;
            return;
        }
        changed = null;
        used = now;
        try {
            Identity next = Identity.of(now.orThrow(), clock.get());
            context = next.context();
            identity = next;
            warned = false;
            LOG.log(System.Logger.Level.INFO, "The certificate has been replaced by " + next.words());
        } catch (TlsFault e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "The new certificate is not used; " + identity.words() + " stays. " + file(e.part()) + " "
                            + e.words());
        }
    }

    private String file(TlsFault.Part part) {
        return String.valueOf(
                switch (part) {
                    case CERTIFICATE -> files.certificate();
                    case KEY -> files.key();
                    case PASSWORD -> files.passwordFile();
                });
    }

    private void warnBeforeEnd() {
        if (!warned && clock.get().isAfter(identity.end().minus(WARN_BEFORE))) {
            warned = true;
            LOG.log(
                    System.Logger.Level.WARNING,
                    "The certificate " + identity.words() + " ends soon: renew it; new files are used within seconds");
        }
    }

    /** An engine for a client that has just connected: TLS 1.3 or 1.2. */
    public SSLEngine newEngine() {
        SSLEngine engine = context.createSSLEngine();
        engine.setUseClientMode(false);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setProtocols(PROTOCOLS);
        parameters.setUseCipherSuitesOrder(true);
        engine.setSSLParameters(parameters);
        return engine;
    }

    /** What makes engines now; only for those that want nothing but to ask it. */
    public SSLContext context() {
        return context;
    }
}
