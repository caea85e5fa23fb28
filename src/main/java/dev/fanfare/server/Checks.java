package dev.fanfare.server;

import dev.fanfare.Parts;
import dev.fanfare.app.ConfiguredFanfare;
import dev.fanfare.auth.TokenKey;
import dev.fanfare.cluster.ClusterSettings;
import dev.fanfare.config.HttpSettings;
import dev.fanfare.config.Settings;
import dev.fanfare.config.TlsSettings;
import dev.fanfare.event.Durations;
import dev.fanfare.history.HistoryRefused;
import dev.fanfare.history.HistorySettings;
import dev.fanfare.history.HistorySettings.Store;
import dev.fanfare.history.sqlite.SqliteHistory;
import dev.fanfare.log.HistoryUnavailable;
import dev.fanfare.status.Snapshot;
import dev.fanfare.status.watch.Statuses;
import dev.fanfare.stream.SystemTicker;
import dev.fanfare.tls.LiveIdentity;
import dev.fanfare.tls.TlsFault;
import jakarta.json.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Looks at what a configuration names, and prints a line for each thing. For one thread, and one use. */
final class Checks {
    private static final int FINE = 0;
    private static final int MAY_PASS = 1;
    private static final int WRONG = 2;

    private final Settings settings;
    private final Consumer<String> lines;
    private final boolean json;
    private int status = FINE;

    /** @param lines gets each line as soon as it is known */
    Checks(Settings settings, boolean json, Consumer<String> lines) {
        this.settings = settings;
        this.json = json;
        this.lines = lines;
    }

    /** Looks at all of it, and gives the exit status. */
    int run() {
        runOffline();
        keySet("publishers", settings.auth().publisherKey());
        if (!Objects.equals(settings.auth().publisherKey(), settings.auth().subscriberKey())) {
            keySet("subscribers", settings.auth().subscriberKey());
        }
        if (settings.cluster() != null) {
            cluster(settings.cluster());
        }
        if (!settings.status().sources().isEmpty()) {
            sources();
        }
        return status;
    }

    /** Looks at what is on this machine, and gives the exit status. */
    int runOffline() {
        tell("configuration", FINE, "can be used");
        if (settings.http().tls() != null) {
            certificate(settings.http().tls());
        }
        port();
        history();
        return status;
    }

    private void tell(String what, int found, String words) {
        status = Math.max(status, found);
        lines.accept(
                json
                        ? Json.createObjectBuilder()
                                .add("check", what)
                                .add("ok", found == FINE)
                                .add("found", words)
                                .build()
                                .toString()
                        : String.format("%-7s %s: %s", found == FINE ? "ok" : "FAILED", what, words));
    }

    private void certificate(TlsSettings tls) {
        try {
            tell("certificate", FINE, LiveIdentity.words(tls.files(), Instant.now()));
        } catch (TlsFault e) {
            // The configuration was read a moment ago, and refuses files that won't do unless the start makes others.
            tell(
                    "certificate",
                    tls.selfSigned() ? FINE : WRONG,
                    tls.selfSigned() ? "for localhost is made at the start" : "the file " + e.words());
        }
    }

    private void port() {
        HttpSettings http = settings.http();
        Optional<Ports.Fault> fault = Ports.find(http);
        if (fault.isPresent()) {
            tell("port", fault.get().mayPass() ? MAY_PASS : WRONG, fault.get().words());
        } else {
            tell(
                    "port",
                    FINE,
                    http.port() == 0
                            ? "any free one of " + http.host()
                            : http.port() + " of " + http.host() + " can be listened on");
        }
    }

    private void cluster(ClusterSettings cluster) {
        try {
            Parts.checkCluster(cluster, settings.history());
            tell("cluster", FINE, "the engine at " + cluster.url() + " answers, and can keep the log");
        } catch (HistoryRefused e) {
            tell("cluster", e.mayPass() ? MAY_PASS : WRONG, String.valueOf(e.getMessage()));
        } catch (HistoryUnavailable e) {
            tell("cluster", MAY_PASS, String.valueOf(e.getMessage()));
        }
    }

    private void history() {
        HistorySettings history = settings.history();
        if (history.store() == Store.MEMORY) {
            tell("history", FINE, "in memory");
            return;
        }
        Path file = history.path().toAbsolutePath().normalize();
        if (!Files.exists(file)) {
            Path folder = file.getParent();
            boolean possible = folder != null && Files.isDirectory(folder) && Files.isWritable(folder);
            tell(
                    "history",
                    possible ? FINE : WRONG,
                    file
                            + (possible
                                    ? " is not there yet, and can be made"
                                    : " can't be made: give the user " + System.getProperty("user.name")
                                            + " a folder to write to," + " or another file with fanfare.history.path"));
            return;
        }
        try (SystemTicker ticker = new SystemTicker()) {
            if (settings.cluster() == null) {
                SqliteHistory.open(history, ticker).close();
            } else {
                SqliteHistory.openCopy(history, ticker).close();
            }
            tell("history", FINE, file + " can be opened");
        } catch (HistoryRefused e) {
            tell("history", e.mayPass() ? MAY_PASS : WRONG, String.valueOf(e.getMessage()));
        }
    }

    private void keySet(String users, @Nullable TokenKey key) {
        if (key == null || !key.isKeySet()) {
            return;
        }
        Optional<String> fault = key.keySetFault();
        tell("key set of " + users, fault.isPresent() ? MAY_PASS : FINE, fault.orElse("can be fetched, and has keys"));
    }

    /** Through the very code that polls them, at the same time; the history stays as it is. */
    private void sources() {
        Settings alone = settings.alone();
        try (ConfiguredFanfare fanfare = ConfiguredFanfare.of(alone, null)) {
            Statuses statuses = Parts.of(fanfare.fanfare()).statuses();
            Map<String, CompletableFuture<Snapshot>> asked = new LinkedHashMap<>();
            for (String name : settings.status().sources().keySet()) {
                if (!statuses.isPushed(name)) {
                    asked.put(name, ask(statuses, name));
                }
            }
            asked.forEach((name, answer) -> tellOf("source " + name, answer));
        }
    }

    private static CompletableFuture<Snapshot> ask(Statuses statuses, String name) {
        Map<String, List<String>> zeroes = new LinkedHashMap<>();
        statuses.settings(name).params().forEach(param -> zeroes.put(param, List.of("0")));
        try {
            return statuses.snapshot(statuses.url(name, zeroes)).toCompletableFuture();
        } catch (IllegalArgumentException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private void tellOf(String what, CompletableFuture<Snapshot> answer) {
        try {
            Snapshot found = answer.orTimeout(CheckCommand.LONGEST.toSeconds(), TimeUnit.SECONDS)
                    .join();
            if (found instanceof Snapshot.Failing failing) {
                tell(what, MAY_PASS, failing.reason());
            } else {
                tell(what, FINE, found instanceof Snapshot.Known ? "answers with a status" : "answers");
            }
        } catch (CompletionException e) {
            if (e.getCause() instanceof IllegalArgumentException) {
                tell(what, FINE, "not asked, since its parameters take no 0");
            } else if (e.getCause() instanceof TimeoutException) {
                tell(what, MAY_PASS, "does not answer within " + Durations.inTwoUnits(CheckCommand.LONGEST));
            } else {
                tell(what, MAY_PASS, String.valueOf(e.getCause()));
            }
        }
    }
}
