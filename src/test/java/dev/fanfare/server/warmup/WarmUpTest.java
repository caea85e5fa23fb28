package dev.fanfare.server.warmup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.fanfare.Parts;
import dev.fanfare.auth.TokenIssuer;
import dev.fanfare.auth.TokenKey;
import dev.fanfare.config.CommandLineValue;
import dev.fanfare.config.ConfigFaults;
import dev.fanfare.config.Settings;
import dev.fanfare.config.SettingsLoader;
import dev.fanfare.server.grizzly.GrizzlyServer;
import dev.fanfare.status.SourceSettings;
import dev.fanfare.stream.StreamKind;
import dev.fanfare.stream.StreamStats;
import dev.fanfare.testing.EventStream;
import dev.fanfare.testing.ManualTicker;
import dev.fanfare.testing.RawHttp;
import dev.fanfare.testing.RecordedLog;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What clients and operators see of a warm-up, and what is left of it. */
@Timeout(120)
class WarmUpTest {
    private static final String HUB = "/.well-known/mercure";
    private static final String FORM = "Content-Type: application/x-www-form-urlencoded";
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final Duration SECONDS_3 = Duration.ofSeconds(3);

    @TempDir
    Path folder;

    private final ManualTicker ticker = new ManualTicker();
    private final Semaphore work = new Semaphore(0);
    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void closeAll() throws Exception {
        work.release(100);
        for (AutoCloseable each : open) {
            each.close();
        }
    }

    private static Settings settings(String... values) {
        Map<String, String> all = new TreeMap<>(Map.of(
                "fanfare.http.port", "0",
                "fanfare.history.store", "memory",
                "fanfare.auth.anonymous-publish", "true"));
        for (int i = 0; i < values.length; i += 2) {
            all.put(values[i], values[i + 1]);
        }
        return SettingsLoader.standalone(
                null,
                all.entrySet().stream()
                        .map(value -> new CommandLineValue(value.getKey(), value.getValue(), "--test"))
                        .toList());
    }

    private int started(WarmUp warmUp, Settings settings) throws IOException {
        GrizzlyServer server = GrizzlyServer.start(settings, warmUp.checks());
        open.add(warmUp);
        open.add(server);
        warmUp.begin();
        return server.uri().getPort();
    }

    private WarmUp held() {
        return new WarmUp(SECONDS_3, ticker, longest -> work.acquire());
    }

    private static RawHttp.Answer ready(int port) {
        return RawHttp.request(port, "GET", "/health/ready");
    }

    private static void awaitReady(int port) {
        await().atMost(LONG).until(() -> ready(port).status() == 200);
        assertThat(ready(port).body()).contains("{\"name\":\"warm-up\",\"status\":\"UP\"}");
    }

    private static RawHttp.Answer publish(int port, String topic) {
        return RawHttp.request(port, "POST", HUB, List.of(FORM), "topic=" + topic + "&data=hello");
    }

    @Test
    void onlyReadinessWaitsForTheWarmUpAndEverythingElseIsServedMeanwhile() throws Exception {
        int port = started(held(), settings());

        assertThat(ready(port).status()).isEqualTo(503);
        assertThat(ready(port).body())
                .contains(
                        "\"status\":\"DOWN\"",
                        "{\"name\":\"warm-up\",\"status\":\"DOWN\",\"data\":{\"reason\":\"the server warms up\"}}",
                        "{\"name\":\"history\",\"status\":\"UP\"}");
        assertThat(RawHttp.request(port, "GET", "/health/live").status()).isEqualTo(200);
        try (EventStream stream = EventStream.open(port, HUB + "?topic=news", "Accept: text/event-stream")) {
            stream.awaitText("\nretry: ");
            assertThat(publish(port, "news").status()).isEqualTo(200);
            assertThat(stream.next().data()).isEqualTo("hello");
            assertThat(ready(port).status()).isEqualTo(503);

            work.release();

            awaitReady(port);
            assertThat(publish(port, "news").status()).isEqualTo(200);
            assertThat(stream.next().data()).isEqualTo("hello");
        }
    }

    @Test
    void aWarmUpThatHangsIsOverAfterItsTime() throws Exception {
        int port = started(held(), settings());
        ticker.advance(SECONDS_3.minusNanos(1));
        assertThat(ready(port).status()).isEqualTo(503);

        ticker.advance(Duration.ofNanos(1));

        assertThat(ready(port).status()).isEqualTo(200);
    }

    @Test
    void aWarmUpThatFailsIsALineInTheLogAndTheServerIsReady() throws Exception {
        try (RecordedLog log = new RecordedLog(WarmUp.class.getName())) {
            int port = started(
                    new WarmUp(SECONDS_3, ticker, longest -> {
                        throw new NoSuchMethodError("gone");
                    }),
                    settings());

            awaitReady(port);
            await().atMost(LONG).until(() -> log.count(Level.WARNING) == 1);
            assertThat(log.texts())
                    .singleElement()
                    .asString()
                    .contains("The warm-up failed (java.lang.NoSuchMethodError: gone)", "fanfare.http.warm-up");
        }
    }

    /** Or the process would end with it: a thread of the service that is lost is a reason to restart. */
    @Test
    void aThreadOfTheWarmUpThatEndsByAnErrorEndsNothingElse() throws Exception {
        AtomicReference<Throwable> seen = new AtomicReference<>();
        Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
        Thread.setDefaultUncaughtExceptionHandler((thread, error) -> seen.set(error));
        try (RecordedLog log = new RecordedLog(WarmUp.class.getName())) {
            int port = started(
                    new WarmUp(SECONDS_3, ticker, longest -> {
                        Thread lost = new Thread(
                                () -> {
                                    throw new IllegalStateException("lost");
                                },
                                "fanfare-loop");
                        lost.start();
                        lost.join();
                    }),
                    settings());

            awaitReady(port);
            await().atMost(LONG).until(() -> log.count(Level.WARNING) == 1);
            assertThat(seen.get()).isNull();
        } finally {
            Thread.setDefaultUncaughtExceptionHandler(before);
        }
    }

    @Test
    void aServerThatEndsEndsItsWarmUpAtOnceAndWithoutAWord() throws Exception {
        CountDownLatch interrupted = new CountDownLatch(1);
        CountDownLatch running = new CountDownLatch(1);
        try (RecordedLog log = new RecordedLog(WarmUp.class.getName())) {
            WarmUp warmUp = new WarmUp(SECONDS_3, ticker, longest -> {
                running.countDown();
                try {
                    work.acquire();
                } finally {
                    interrupted.countDown();
                }
            });
            started(warmUp, settings());
            running.await();

            warmUp.cancel();

            interrupted.await();
            warmUp.close();
            assertThat(log.messages()).isEmpty();
        }
    }

    @Test
    void aClientOfTheWarmUpDoesWhatClientsDo() throws Exception {
        TokenKey key = TokenKey.random();
        GrizzlyServer server = GrizzlyServer.startAside(new Rehearsal(settings()).aside(key, null));
        open.add(server);
        Parts parts = Parts.of(server.service().fanfare());
        parts.statuses()
                .registerPushed(
                        Rehearsal.SOURCE, SourceSettings.builder().params("n").build());
        String token = TokenIssuer.of(key)
                .issue(List.of("*"), List.of("*"), Instant.now().plus(LONG), null);

        try (Visitor visitor = new Visitor(server.uri().getPort(), List.of(token), () -> (int) LONG.toMillis())) {
            for (int i = 0; i < 32; i++) {
                visitor.visit();
            }
            StreamStats stats = parts.loops().stats();
            assertThat(stats.opened(StreamKind.TOPICS)).isGreaterThanOrEqualTo(24);
            assertThat(stats.opened(StreamKind.STATUS)).isEqualTo(4);
            assertThat(parts.log().stats().events()).isGreaterThanOrEqualTo(64);
            await().atMost(LONG).until(() -> parts.loops().stats().eventsSent(StreamKind.TOPICS) > 0);
        }
    }

    @Test
    void aClientOfTheWarmUpFailsWhereItIsRefused() throws Exception {
        GrizzlyServer server = GrizzlyServer.startAside(new Rehearsal(settings()).aside(TokenKey.random(), null));
        open.add(server);
        long endNanos = System.nanoTime() + LONG.toNanos();

        assertThatThrownBy(() -> new Visitors(server.uri().getPort(), List.of("no.good.token"), endNanos).run(2))
                .hasMessageContaining("HTTP/1.1 401");
    }

    @ParameterizedTest
    @CsvSource({"memory", "sqlite"})
    void nothingIsLeftOfTheWarmUp(String store) throws Exception {
        Settings settings = settings(
                "fanfare.history.store",
                store,
                "fanfare.history.path",
                folder.resolve("history.db").toString(),
                "fanfare.log.access",
                "true",
                "fanfare.metrics.enabled",
                "true");
        Path aside = folder.resolve("history.db.warm-up");
        if (store.equals("sqlite")) {
            Files.createDirectory(aside);
            Files.writeString(aside.resolve("history.db"), "of a process that was killed");
        }
        AtomicReference<String> failure = new AtomicReference<>();
        List<Thread> before = alive();
        Logger libraries = Logger.getLogger("org.glassfish");
        Level level = libraries.getLevel();
        libraries.setLevel(Level.INFO);
        int port;
        try (RecordedLog log = new RecordedLog("")) {
            Rehearsal rehearsal = new Rehearsal(settings);
            WarmUp warmUp = new WarmUp(SECONDS_3, ticker, longest -> {
                try {
                    rehearsal.run(Duration.ofMillis(1500));
                } catch (Exception e) {
                    failure.set(e.toString());
                }
            });
            GrizzlyServer server = GrizzlyServer.start(settings, warmUp.checks());
            open.add(warmUp);
            open.add(server);
            port = server.uri().getPort();
            int records = log.messages().size();

            warmUp.begin();
            // Not by way of the server, whose access log would tell of it.
            await().atMost(LONG)
                    .until(() -> warmUp.checks().get(0).probe().get().isUp());

            assertThat(failure.get()).isNull();
            assertThat(log.messages()).hasSize(records);
        } finally {
            libraries.setLevel(level);
        }

        assertThat(aside).doesNotExist();
        String metrics = RawHttp.request(port, "GET", "/metrics").body();
        assertThat(metrics.lines().filter(line -> line.startsWith("fanfare_")))
                .anyMatch(line -> line.startsWith("fanfare_events_published_total{stream=\"topics\"} 0"))
                .anyMatch(line -> line.startsWith("fanfare_streams_opened_total{stream=\"topics\"} 0"))
                .anyMatch(line -> line.startsWith("fanfare_history_events 0"));
        assertThat(publish(port, "news").body()).endsWith(".1");
        assertThat(RawHttp.request(port, "GET", "/status/" + Rehearsal.SOURCE + "?n=1")
                        .status())
                .isEqualTo(404);
        await().atMost(LONG)
                .untilAsserted(() -> assertThat(alive().stream().filter(thread -> !before.contains(thread)))
                        .noneMatch(thread -> {
                            ThreadGroup group = thread.getThreadGroup();
                            return group instanceof QuietThreads;
                        }));
    }

    private static List<Thread> alive() {
        return List.copyOf(Thread.getAllStackTraces().keySet());
    }

    @ParameterizedTest
    @CsvSource({"a file", "a link", "a folder", "a folder in it"})
    void whatIsNotOfAWarmUpIsLeftAndTheServerIsReady(String what) throws Exception {
        Path aside = folder.resolve("history.db.warm-up");
        Path theirs = Files.createDirectory(folder.resolve("theirs"));
        Path precious = aside.resolve("precious");
        switch (what) {
            case "a file" -> precious = Files.writeString(aside, "theirs");
            case "a link" -> {
                Files.writeString(theirs.resolve("precious"), "theirs");
                Files.createSymbolicLink(aside, theirs);
            }
            case "a folder" -> {
                Files.createDirectory(aside);
                Files.writeString(aside.resolve("history.db"), "theirs as well");
                Files.writeString(precious, "theirs");
            }
            default -> {
                Files.createDirectories(aside.resolve("history.db"));
                precious = Files.writeString(aside.resolve("history.db").resolve("precious"), "theirs");
            }
        }
        Settings settings = settings(
                "fanfare.history.store",
                "sqlite",
                "fanfare.history.path",
                folder.resolve("history.db").toString());
        try (RecordedLog log = new RecordedLog(WarmUp.class.getName())) {
            awaitReady(started(new WarmUp(SECONDS_3, ticker, new Rehearsal(settings)), settings()));

            await().atMost(LONG).until(() -> log.count(Level.WARNING) == 1);
            assertThat(log.texts()).singleElement().asString().contains(aside.toString(), "move it away");
        }
        assertThat(precious).hasContent("theirs");
        assertThat(Files.isSymbolicLink(aside)).isEqualTo(what.equals("a link"));
        if (what.equals("a folder")) {
            assertThat(aside.resolve("history.db")).hasContent("theirs as well");
        }
    }

    @Test
    void noPortIsLeftOpen() throws Exception {
        GrizzlyServer server = GrizzlyServer.startAside(new Rehearsal(settings()).aside(TokenKey.random(), null));
        int port = server.uri().getPort();
        assertThat(server.uri().getHost()).isEqualTo("127.0.0.1");
        server.close();

        // The kernel takes connections until the selector has let go of the socket; they are reset.
        await().atMost(LONG)
                .untilAsserted(() -> assertThatThrownBy(() -> RawHttp.request(port, "GET", "/"))
                        .hasRootCauseInstanceOf(ConnectException.class));
    }

    @Test
    void itTakesNoLongerThanItMay() throws Exception {
        Rehearsal rehearsal = new Rehearsal(settings());

        // The start of its server may come on top of it, and its end.
        long began = System.nanoTime();
        rehearsal.run(Duration.ofMillis(1));

        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(LONG);
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({"false,PT3S", "true,PT0S"})
    void theDefaultIsThreeSecondsAndNothingForDevelopment(String dev, Duration expected) {
        Settings settings =
                SettingsLoader.standalone(null, List.of(new CommandLineValue("fanfare.dev", dev, "--test")));
        assertThat(settings.http().warmUp()).isEqualTo(expected);
        assertThat(WarmUp.of(settings).checks()).hasSize(expected.isZero() ? 0 : 1);
    }

    @Test
    void itCanBeSwitchedOffAndNotBeLongerThanThreeSeconds() throws Exception {
        Settings off = settings("fanfare.http.warm-up", "0s");
        int port = started(WarmUp.of(off), off);
        assertThat(ready(port).status()).isEqualTo(200);
        assertThat(ready(port).body()).doesNotContain("warm-up");

        assertThatThrownBy(() -> settings("fanfare.http.warm-up", "4s"))
                .isInstanceOfSatisfying(
                        ConfigFaults.class,
                        faults -> assertThat(faults.faults())
                                .singleElement()
                                .asString()
                                .contains("fanfare.http.warm-up", "3s"));
    }
}
