package dev.fanfare.server.warmup;

import dev.fanfare.Parts;
import dev.fanfare.auth.AuthSettings;
import dev.fanfare.auth.TokenIssuer;
import dev.fanfare.auth.TokenKey;
import dev.fanfare.config.Settings;
import dev.fanfare.file.SecretFile;
import dev.fanfare.history.HistorySettings;
import dev.fanfare.history.sqlite.SqliteKeeper;
import dev.fanfare.server.grizzly.GrizzlyServer;
import dev.fanfare.status.SourceSettings;
import dev.fanfare.stream.StreamSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A second server on a port of this machine's own, with the settings of the first but a key, a hub and a history for itself, and
 * clients for it. The classes, and what the JVM learns of them, are the first one's too; nothing else is, and all of it is gone in the
 * end. Thread-safe.
 */
final class Rehearsal implements WarmUp.Work {
    /** The source that its clients set statuses of. */
    static final String SOURCE = "warm-up";

    private static final String HISTORY = "history.db";

    private static final int TOKENS = 64;
    private static final int MOST_EVENTS = 1000;
    private static final long MOST_BYTES = 1 << 20;
    private static final int MOST_CLIENTS = 4;

    private final Settings settings;

    Rehearsal(Settings settings) {
        this.settings = settings;
    }

    @Override
    public void run(Duration longest) throws Exception {
        long endNanos = System.nanoTime() + longest.toNanos();
        boolean inFile = settings.history().store() == HistorySettings.Store.SQLITE;
        Path folder = inFile ? folder(settings.history().path()) : null;
        if (folder != null) {
            delete(folder); // of a process that was killed meanwhile
            SecretFile.makeFolder(folder);
        }
        try {
            TokenKey key = TokenKey.random();
            try (GrizzlyServer server = GrizzlyServer.startAside(aside(key, folder))) {
                Parts.of(server.service().fanfare())
                        .statuses()
                        .registerPushed(
                                SOURCE, SourceSettings.builder().params("n").build());
                new Visitors(server.uri().getPort(), tokens(key), endNanos).run(clients());
            }
        } finally {
            if (folder != null) {
                delete(folder);
            }
        }
    }

    /** Beside the first one's file, which no other process uses. So what an end in the middle leaves is gone with the next start. */
    static Path folder(Path history) {
        Path file = history.toAbsolutePath();
        return file.resolveSibling(file.getFileName() + ".warm-up");
    }

    /** What its server is like. */
    Settings aside(TokenKey key, @Nullable Path folder) {
        AuthSettings auth = settings.auth();
        StreamSettings stream = settings.stream();
        Duration age = Duration.ofHours(1);
        return settings.aside(
                new AuthSettings(key, key, true, false, auth.cookie(), false, auth.limits()),
                new StreamSettings(
                        stream.heartbeat(),
                        stream.retry(),
                        Math.min(stream.tailEvents(), MOST_EVENTS),
                        Math.min(stream.tailBytes(), MOST_BYTES),
                        Math.min(stream.pinnedBytes(), MOST_BYTES),
                        stream.sendBufferBytes(),
                        stream.writeTimeout(),
                        stream.maxDuration(),
                        stream.positions()),
                folder == null
                        ? new HistorySettings(MOST_EVENTS, age, MOST_BYTES, MOST_EVENTS)
                        : new HistorySettings(
                                HistorySettings.Store.SQLITE,
                                folder.resolve(HISTORY),
                                MOST_EVENTS,
                                age,
                                SqliteKeeper.LEAST_BYTES,
                                MOST_EVENTS));
    }

    /** Several, since a token that was checked is remembered. */
    private static List<String> tokens(TokenKey key) {
        TokenIssuer issuer = TokenIssuer.of(key);
        Instant later = Instant.now().plus(Duration.ofHours(1));
        List<String> everything = List.of("*");
        return IntStream.range(0, TOKENS)
                .mapToObj(i -> issuer.issue(everything, everything, later.plusSeconds(i), null))
                .toList();
    }

    /** A machine of one core has its compiler to run beside them. */
    private static int clients() {
        return Math.min(MOST_CLIENTS, Runtime.getRuntime().availableProcessors());
    }

    /** Somebody else may have a folder of that name: what no warm-up makes is left, with all that is beside it. */
    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
            throw new IOException(folder + " is no folder of a warm-up; move it away");
        }
        List<Path> files;
        try (Stream<Path> all = Files.list(folder)) {
            files = all.toList();
        }
        for (Path file : files) {
            if (!file.getFileName().toString().startsWith(HISTORY)
                    || !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                throw new IOException(file + " is of no warm-up; move it away");
            }
        }
        for (Path file : files) {
            Files.deleteIfExists(file);
        }
        Files.deleteIfExists(folder);
    }
}
