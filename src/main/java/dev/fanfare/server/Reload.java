package dev.fanfare.server;

import static java.lang.System.Logger.Level.ERROR;
import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.fanfare.auth.KeysMissing;
import dev.fanfare.config.ConfigFaults;
import dev.fanfare.config.Settings;
import dev.fanfare.config.SettingsLoader.Loaded;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/*
 * A signal only notes that somebody wants the configuration to be read again. One thread does that, once more if a signal came
 * meanwhile: what was written to the file before the last signal holds in the end, however many there are. Before the server is up,
 * a signal waits; when it leaves, signals are passed over.
 */
/** Reads the configuration again on SIGHUP, and has the server go by it, all or nothing. Thread-safe. */
final class Reload implements AutoCloseable {
    /** What goes by another configuration. */
    @FunctionalInterface
    interface Server {
        /**
         * Goes by it, or throws, and nothing is changed.
         *
         * @param changedSources the names of sources that are defined in another way than before
         * @return the names of sources that have been replaced, added and removed
         */
        List<String> reload(Settings next, Set<String> changedSources);
    }

    private static final System.Logger LOG = System.getLogger(Reload.class.getName());

    private final Supplier<Loaded> load;
    private final LogLevels levels;

    /** What the server goes by; null before it is up. */
    @GuardedBy("this")
    private @Nullable Loaded holding;

    @GuardedBy("this")
    private @Nullable Server server;

    @GuardedBy("this")
    private @Nullable Path pidFile;

    @GuardedBy("this")
    private Runnable ownKeyGone = () -> {};

    @GuardedBy("this")
    private boolean isWanted;

    @GuardedBy("this")
    private boolean isRunning;

    @GuardedBy("this")
    private boolean isClosed;

    /**
     * Nothing yet: a server has to {@link #begin}.
     *
     * @param load reads the configuration
     */
    Reload(Supplier<Loaded> load, LogLevels levels) {
        this.load = load;
        this.levels = levels;
    }

    /**
     * The server is up, and can be told.
     *
     * @param started what it goes by
     * @param writtenTo where it says which process it is; null for nowhere
     * @param keyGone called once the key of the run, if there was one, checks tokens no more
     */
    synchronized void begin(Loaded started, Server up, @Nullable Path writtenTo, Runnable keyGone) {
        holding = started;
        server = up;
        pidFile = writtenTo;
        ownKeyGone = keyGone;
        startIfWanted();
    }

    /** Has the configuration read again, soon. */
    synchronized void want() {
        isWanted = true;
        startIfWanted();
    }

    @GuardedBy("this")
    private void startIfWanted() {
        if (isWanted && !isRunning && !isClosed && server != null) {
            isRunning = true;
            Thread thread = new Thread(this::run, "fanfare-reload");
            thread.setDaemon(true);
            thread.start();
        }
    }

    private void run() {
        while (true) {
            Server up;
            Loaded before;
            Path file;
            synchronized (this) {
                up = server;
                before = holding;
                file = pidFile;
                if (!isWanted || isClosed || up == null || before == null) {
                    isRunning = false;
                    return;
                }
                isWanted = false;
            }
            ReloadResult result = read(up, before);
            if (file != null) {
                try {
                    result.write(file);
                } catch (IOException e) {
                    LOG.log(WARNING, "The command 'reload' can't be told how it went: " + e);
                }
            }
        }
    }

    private ReloadResult read(Server up, Loaded before) {
        Instant began = Instant.now();
        try {
            Loaded next = loaded();
            List<String> faults = faults(before, next);
            if (!faults.isEmpty()) {
                return refused(began, ReloadResult.WRONG, faults);
            }
            return taken(began, up, before, next);
        } catch (ConfigFaults e) {
            return refused(began, ReloadResult.WRONG, e.faults());
        } catch (KeysMissing e) {
            return refused(began, ReloadResult.MAY_PASS, List.of(String.valueOf(e.getMessage())));
        } catch (RuntimeException e) {
            LOG.log(ERROR, "The configuration was not taken, by a fault of the server", e);
            return refused(began, ReloadResult.MAY_PASS, List.of(String.valueOf(e.getMessage())));
        }
    }

    /** What is written there may be too much for this process, which goes on then. */
    private Loaded loaded() {
        try {
            return load.get();
        } catch (OutOfMemoryError | StackOverflowError e) {
            throw new ConfigFaults(
                    List.of("The configuration is too large, or nested too deep, for the memory of the server: "
                            + e.getClass().getSimpleName()));
        }
    }

    private static ReloadResult refused(Instant began, int status, List<String> faults) {
        LOG.log(WARNING, "The configuration was read again and is not taken; the server goes on as before");
        faults.forEach(fault -> LOG.log(WARNING, "Not taken: " + fault));
        return new ReloadResult(began, status, faults);
    }

    /** What the server can't take while it runs. */
    private static List<String> faults(Loaded before, Loaded next) {
        List<String> faults = new ArrayList<>();
        for (String key : next.needingRestartSince(before)) {
            faults.add(key
                    + " has another value than at the start, and the server takes it at a start only: restart it, or"
                    + " set the key back");
        }
        if (faults.isEmpty() && next.settings().loopback() != before.settings().loopback()) {
            faults.add("fanfare.http.host stands for another kind of address than at the start: restart the server");
        }
        if (isOfRun(next.settings()) && !isOfRun(before.settings())) {
            faults.add(
                    "There is no key for checking the tokens of publishers any more, and the server makes one of its own at"
                            + " a start only: restart it, or give fanfare.auth.key");
        }
        return faults;
    }

    private static boolean isOfRun(Settings settings) {
        return settings.auth().publisherKey() != null
                && settings.auth().publisherKey().ofThisRun();
    }

    private ReloadResult taken(Instant began, Server up, Loaded before, Loaded next) {
        boolean ownKeyStays = isOfRun(next.settings());
        Loaded taken = ownKeyStays ? new Loaded(next.settings().withKeyOfRun(before.settings()), next.set()) : next;
        List<String> sources = up.reload(taken.settings(), next.sourcesChangedSince(before));
        levels.take(taken.settings().log().levels());
        Runnable keyGone;
        synchronized (this) {
            holding = taken;
            keyGone = ownKeyGone;
        }
        if (!ownKeyStays) {
            keyGone.run();
        }
        SortedSet<String> changed = next.changedSince(before);
        List<String> words = new ArrayList<>();
        words.add("The configuration was read again and holds"
                + (changed.isEmpty()
                        ? "; no key has changed, and the files of keys have been read"
                        : "; changed: " + String.join(", ", changed)));
        if (!sources.isEmpty()) {
            words.add("Status sources that are replaced, added or removed: " + String.join(", ", sources));
        }
        words.forEach(line -> LOG.log(INFO, line));
        return new ReloadResult(began, ReloadResult.FINE, words);
    }

    /** Passes over all signals from now on; what has begun is completed. */
    @Override
    public synchronized void close() {
        isClosed = true;
    }
}
