package dev.fanfare.auth;

import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import com.nimbusds.jose.JWSObject;
import dev.fanfare.stream.Ticker;
import java.io.IOException;
import java.net.URI;
import java.net.URL;
import java.security.Key;
import java.text.ParseException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/*
 * Whoever checks a token only looks at the set that is known. One background thread at a time fetches it: at the start, every
 * five minutes, sooner after a failure, and when a token names a key that is not in it. The last of these is in the hands of
 * anybody who can send a token, so its number is bounded. A fetch that takes longer than its bound has failed. The next one
 * begins once its thread has ended, so that a file system or a resolver that hangs costs one thread and no more.
 */
/** A JSON Web Key Set that is fetched in the background. No method waits for it. Thread-safe. */
final class KeySet implements VerificationKeys {
    /** Tokens can start two fetches in each such interval. */
    static final Duration INTERVAL = Duration.ofSeconds(30);

    /** Of one fetch as a whole. */
    static final Duration BOUND = Duration.ofSeconds(5);

    /** From one fetch to the next. */
    static final Duration KEPT = Duration.ofMinutes(5);

    /** From a fetch that failed to the next. */
    static final Duration RETRY = Duration.ofSeconds(15);

    static final Duration KEPT_IN_AN_OUTAGE = Duration.ofHours(4);

    private static final System.Logger LOG = System.getLogger(KeySet.class.getName());
    private static final int FETCHES_IN_AN_INTERVAL = 2;

    /** Of a token that names none, this many keys are tried. */
    private static final int MOST_TRIED = 4;

    private final URL url;
    private final TokenAlgorithm algorithm;
    private final Ticker ticker;
    private final String shownPlace;

    private volatile @Nullable Known known;

    @GuardedBy("this")
    private final ArrayDeque<Long> startsNanos = new ArrayDeque<>();

    @GuardedBy("this")
    private @Nullable KeySetFetch underWay;

    @GuardedBy("this")
    private Ticker.@Nullable Alarm next;

    @GuardedBy("this")
    private boolean failing;

    @GuardedBy("this")
    private boolean hasWarnedOfIgnored;

    @GuardedBy("this")
    private boolean closed;

    private record Known(JsonWebKeys set, Set<Key> keys, long fetchedNanos) {}

    /** @param atStart what is known already; null to have it fetched at once */
    KeySet(URL url, TokenAlgorithm algorithm, @Nullable JsonWebKeys atStart, Ticker ticker) {
        this.url = url;
        this.algorithm = algorithm;
        this.ticker = ticker;
        this.shownPlace = url.getProtocol() + "://" + url.getHost() + (url.getPort() < 0 ? "" : ":" + url.getPort())
                + url.getPath();
        if (atStart == null) {
            fetch();
        } else {
            known = new Known(atStart, atStart.keys(), ticker.nanos());
            synchronized (this) {
                next = ticker.schedule(KEPT, this::fetch);
            }
        }
    }

    @Override
    public Verdict verify(JWSObject token) {
        Known current = current();
        if (current == null) {
            requestFetch();
            return Verdict.NO_KEYS;
        }
        List<JsonWebKeys.Usable> named = current.set().named(token.getHeader().getKeyID());
        if (named.isEmpty()) {
            return requestFetch() ? Verdict.NO_KEYS : Verdict.UNKNOWN_KEY;
        }
        return named.stream()
                .limit(MOST_TRIED)
                .filter(one -> VerificationKeys.verify(token, one.verifier()))
                .findFirst()
                .map(one -> Verdict.good(one.key()))
                .orElse(Verdict.BAD);
    }

    @Override
    public boolean holds(Object key) {
        Known current = current();
        return current != null && current.keys().contains(key);
    }

    @Override
    public boolean change() {
        return true;
    }

    @Override
    public void refresh() {
        fetch();
    }

    private @Nullable Known current() {
        Known last = known;
        return last == null || ticker.nanos() - last.fetchedNanos() > KEPT_IN_AN_OUTAGE.toNanos() ? null : last;
    }

    /** Has the set fetched for the sake of a token, if it may. True if that may help: a fetch is under way, or all fail. */
    private synchronized boolean requestFetch() {
        if (underWay == null && !closed) {
            long now = ticker.nanos();
            while (!startsNanos.isEmpty() && now - startsNanos.peek() >= INTERVAL.toNanos()) {
                startsNanos.remove();
            }
            if (startsNanos.size() < FETCHES_IN_AN_INTERVAL) {
                startsNanos.add(now);
                fetch();
            }
        }
        return underWay != null || failing;
    }

    private synchronized void fetch() {
        if (underWay != null || closed) {
            return;
        }
        if (next != null) {
            next.cancel();
            next = null;
        }
        KeySetFetch fetch = new KeySetFetch(url, BOUND);
        underWay = fetch;
        Ticker.Alarm bound = ticker.schedule(BOUND, () -> {
            failed("it was not complete within " + BOUND.toSeconds() + " s");
            fetch.abandon();
        });
        try {
            thread(() -> run(fetch, bound)).start();
        } catch (OutOfMemoryError e) { // no thread now; perhaps later
            bound.cancel();
            failed("no thread can be started for it");
            ended(RETRY);
        }
    }

    /** A daemon that keeps no class loader of an application that is gone. */
    static Thread thread(Runnable task) {
        Thread thread = new Thread(task, "fanfare-keys");
        thread.setDaemon(true);
        thread.setContextClassLoader(ClassLoader.getPlatformClassLoader());
        return thread;
    }

    private void run(KeySetFetch fetch, Ticker.Alarm bound) {
        boolean good = false;
        try {
            JsonWebKeys fetched = JsonWebKeys.parse(fetch.read(), algorithm);
            known = new Known(fetched, fetched.keys(), ticker.nanos());
            fetched(fetched.ignored());
            good = true;
        } catch (IOException | ParseException e) {
            failed(reason(URI.create(url.toString()), e));
        } catch (RuntimeException | Error e) { // the library's, or no memory: the next fetch may do
            failed(e.getClass().getSimpleName());
        } finally {
            bound.cancel();
            ended(good ? KEPT : RETRY);
        }
    }

    private synchronized void ended(Duration pause) {
        underWay = null;
        if (!closed) {
            next = ticker.schedule(pause, this::fetch);
        }
    }

    private synchronized void failed(String reason) {
        if (!failing && !closed) {
            failing = true;
            LOG.log(
                    WARNING,
                    "The key set " + shownPlace + " can't be fetched: " + reason + ". "
                            + (known == null
                                    ? "Tokens can't be checked until it can."
                                    : "The previous one stays valid for 4 h.")
                            + " The next attempt is in " + RETRY.toSeconds() + " s.");
        }
    }

    private synchronized void fetched(int ignored) {
        if (failing) {
            failing = false;
            LOG.log(INFO, "The key set " + shownPlace + " can be fetched again");
        }
        if (ignored > 0 && !hasWarnedOfIgnored) {
            hasWarnedOfIgnored = true;
            LOG.log(
                    WARNING,
                    "The key set " + shownPlace + " has entries that are not keys in the form of RFC 7517; they are"
                            + " ignored. Number of such entries: " + ignored);
        }
    }

    /** What the JDK says names the URL, whose query may hold a secret. */
    static String reason(URI place, Throwable e) {
        String words = String.valueOf(e.getMessage()).replace(place.toString(), "the URL");
        String query = place.getRawQuery();
        return query == null || !words.contains(query) ? words : e.getClass().getSimpleName();
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (next != null) {
            next.cancel();
        }
        if (underWay != null) {
            underWay.abandon();
        }
    }

    @Override
    public String toString() {
        return "KeySet[" + shownPlace + "]";
    }
}
