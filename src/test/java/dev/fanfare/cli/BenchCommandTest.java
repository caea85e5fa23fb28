package dev.fanfare.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.fanfare.Parts;
import dev.fanfare.config.CommandLineValue;
import dev.fanfare.config.SettingsLoader;
import dev.fanfare.server.ChildJvm;
import dev.fanfare.server.Main;
import dev.fanfare.server.grizzly.GrizzlyServer;
import dev.fanfare.testing.PemFiles;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** {@code bench} against a real server over the socket. */
@Timeout(240)
class BenchCommandTest extends CommandFixture {
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final String KEY = "0123456789abcdef0123456789abcdef";

    @TempDir
    Path folder;

    private String startMeasured(Map<String, String> settings) throws IOException {
        Map<String, String> all = new HashMap<>(settings);
        all.putIfAbsent("fanfare.metrics.enabled", "true");
        all.putIfAbsent("fanfare.metrics.access", "anonymous");
        return start(all);
    }

    private BenchCommand bench(String... args) {
        BenchCommand command = new BenchCommand().printingTo(output).asking(question -> null);
        new CommandLine(command).parseArgs(args);
        return command;
    }

    private JsonObject result() {
        return Json.createReader(new StringReader(out.toString(UTF_8))).readObject();
    }

    /** Runs it until there was something to measure: on a busy machine a second may pass without an event. */
    private int untilMeasured(String... args) throws Exception {
        int status = bench(args).call();
        for (int i = 0; i < 9 && !hasMeasured(); i++) {
            out.reset();
            status = bench(args).call();
        }
        return status;
    }

    private boolean hasMeasured() {
        if (!out.toString(UTF_8).startsWith("{")) {
            return !out.toString(UTF_8).contains("nothing came");
        }
        JsonObject result = result();
        return result.getInt("events") > 0
                && result.getInt("deliveries") > 0
                && !result.getJsonObject("deliveryMs").isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"12, 1, 1, 200", "12, 1, 3, 200", "12, 5, 4, 300", "12, 4, 2, 0"})
    void everySubscriberGetsEveryEventOnceAndInOrder(int clients, int topics, int publishers, int rate)
            throws Exception {
        String url = startMeasured(Map.of());

        int status = untilMeasured(
                url,
                "--clients=" + clients,
                "--topics=" + topics,
                "--publishers=" + publishers,
                "--rate=" + rate,
                "--warm-up=500ms",
                "--duration=1s",
                "--json");

        JsonObject result = result();
        assertThat(status).as(result.toString()).isZero();
        assertThat(result.getInt("subscribers")).isEqualTo(clients);
        assertThat(result.getInt("missed")).isZero();
        assertThat(result.getInt("repeated")).isZero();
        assertThat(result.getInt("events")).isPositive();
        assertThat(result.getInt("deliveries")).isPositive();
        assertThat(result.getJsonObject("deliveryMs").keySet()).containsExactly("p50", "p90", "p99", "p99.9", "max");
        assertThat(result.getJsonNumber("serverCpuSeconds").doubleValue()).isNotNegative();
        assertThat(result.getJsonArray("faults")).isEmpty();
    }

    @Test
    void theTableSaysWhyTheServersCpuIsNotKnown() throws Exception {
        String url = startMeasured(Map.of("fanfare.metrics.enabled", "false"));

        assertThat(untilMeasured(url, "--clients=3", "--warm-up=0s", "--duration=1s"))
                .isZero();

        assertThat(out.toString(UTF_8))
                .contains("subscribers  3 of 3", "missed       0", "delivery     p50 ")
                .contains("server CPU   not known: the server shows no process_cpu_time_ns_total");
        assertThat(err.toString(UTF_8)).as("progress without a terminal").isEmpty();
    }

    @Test
    void subscribersThatFindNoRoomAreCounted() throws Exception {
        String url = startMeasured(Map.of("fanfare.limits.connections", "5"));

        assertThat(bench(url, "--clients=8", "--warm-up=0s", "--duration=1s", "--json")
                        .call())
                .isEqualTo(1);

        assertThat(result().getInt("subscribers")).isBetween(1, 5);
        assertThat(result().getJsonArray("faults").toString()).contains("subscribers no room: ");
        assertThat(result().getInt("missed")).isZero();
    }

    @Test
    void whatTheServerRefusesIsToldBeforeThereIsALoad() throws Exception {
        String url = startMeasured(Map.of("fanfare.auth.key", KEY, "fanfare.auth.anonymous-publish", "false"));

        assertThatThrownBy(() -> bench(url).call())
                .isInstanceOf(CommandFailed.class)
                .hasMessageContaining("401")
                .hasMessageContaining("FANFARE_TOKEN");
        assertThatThrownBy(() -> bench("http://127.0.0.1:1").call())
                .isInstanceOf(CommandFailed.class)
                .hasMessageContaining("refuses connections");
    }

    private static CompletableFuture<Integer> startAndAwaitDeliveries(BenchCommand bench) {
        CompletableFuture<Integer> status = CompletableFuture.supplyAsync(() -> {
            try {
                return bench.call();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        await().atMost(LONG).until(() -> bench.deliveries() > 10);
        return status;
    }

    @Test
    void whenItIsInterruptedItPrintsWhatItHas() throws Exception {
        String url = startMeasured(Map.of());
        // What is on the way then is waited for but a moment, in which it may not come on a busy machine.
        await().untilAsserted(() -> {
            out.reset();
            BenchCommand bench = bench(url, "--clients=5", "--warm-up=0s", "--duration=1h", "--rate=100");
            CompletableFuture<Integer> status = startAndAwaitDeliveries(bench);

            bench.interrupt();

            assertThat(status.get()).isZero();
            assertThat(out.toString(UTF_8)).contains("subscribers  5 of 5", "deliveries ", "missed       0");
        });
    }

    @Test
    void aSignalEndsTheProcessWithTheTableAndStatusZero() throws Exception {
        String url = startMeasured(Map.of());
        try (ChildJvm child = new ChildJvm(
                "true", Main.class, "bench", url, "--clients=5", "--rate=200", "--warm-up=0s", "--duration=1h")) {
            await().atMost(LONG)
                    .until(() -> Parts.of(server.service().fanfare())
                                    .history()
                                    .stats()
                                    .events()
                            > 20);

            child.process().toHandle().destroy(); // that of the process would close its output

            assertThat(child.awaitLine("subscribers")).isEqualTo("subscribers  5 of 5");
            child.awaitLine("deliveries");
            assertThat(child.process().waitFor(LONG.toSeconds(), TimeUnit.SECONDS))
                    .isTrue();
            assertThat(child.process().exitValue()).isZero();
        }
    }

    @Test
    void onATerminalALineTellsHowFarItIs() throws Exception {
        String url = startMeasured(Map.of());

        assertThat(bench(url, "--clients=3", "--warm-up=0s", "--duration=1s")
                        .printingTo(
                                new Output(new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8), true))
                        .call())
                .isZero();

        assertThat(err.toString(UTF_8))
                .contains("3 of 3 subscribers")
                .containsPattern("measured [0-9]+s of 1s  3 subscribers  ")
                .doesNotContain("\n")
                .endsWith("\r\u001b[K");
        assertThat(out.toString(UTF_8)).contains("subscribers  3 of 3").doesNotContain("\r\u001b");
    }

    @Test
    void aServerThatGoesAwayIsInTheTable() throws Exception {
        String url = startMeasured(Map.of());
        BenchCommand bench = bench(url, "--clients=5", "--warm-up=0s", "--duration=10s", "--rate=100");
        CompletableFuture<Integer> status = startAndAwaitDeliveries(bench);

        server.close();

        assertThat(status.get()).isEqualTo(1);
        assertThat(out.toString(UTF_8))
                .contains("subscribers  0 of 5")
                .containsPattern("[1-5] (ended|cut off) by the server");
    }

    @Test
    void anotherMachineGetsNothingUnlessSomebodyAgrees() {
        List<String> questions = new ArrayList<>();
        BenchCommand refused = bench("http://192.0.2.1:8080", "--clients=1000").asking(question -> {
            questions.add(question);
            return "no";
        });

        assertThatThrownBy(refused::call)
                .isInstanceOf(CommandFailed.class)
                .hasMessageContaining("Nothing was sent to 192.0.2.1");
        assertThat(questions).singleElement().asString().contains("1,000 streams", "20 events a second for 10s");
        assertThatThrownBy(() -> bench("http://192.0.2.1:8080").call())
                .as("nobody to ask")
                .hasMessageContaining("or with --yes");
    }

    @Test
    void nobodyIsAskedAboutThisMachine() throws Exception {
        assertThat(OwnHost.is("localhost")).isTrue();
        assertThat(OwnHost.is("[::1]")).isTrue();
        assertThat(OwnHost.is("192.0.2.1")).isFalse();
        assertThat(OwnHost.agrees(question -> " Yes ", "?")).isTrue();
        assertThat(OwnHost.agrees(question -> "", "?")).isFalse();
        assertThat(OwnHost.agrees(question -> null, "?")).isFalse();
    }

    @Test
    void whenNobodyReadsTheTableItEndsWell() throws Exception {
        String url = startMeasured(Map.of());
        PrintStream closed = new PrintStream(OutputStream.nullOutputStream()) {
            @Override
            public boolean checkError() {
                return true;
            }
        };

        assertThat(bench(url, "--clients=1", "--warm-up=0s", "--duration=1s")
                        .printingTo(new Output(closed, closed, false))
                        .call())
                .isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "--clients=0, --clients 0 is out of range",
        "--topics=101, no more than --clients",
        "--rate=-1, --rate -1",
        "--publishers=257, 1 to 256",
        "--size=0, --size 0",
        "--duration=soon, --duration 'soon'",
        "--duration=2h, 1s to 1h",
        "--warm-up=2h, --warm-up 2h"
    })
    void optionsThatMakeNoSenseAreRefused(String option, String words) {
        assertThatThrownBy(() -> bench("http://127.0.0.1:1", option).call())
                .isInstanceOfSatisfying(
                        CommandFailed.class, e -> assertThat(e.exitStatus()).isEqualTo(2))
                .hasMessageContaining(words);
    }

    @Test
    void overTlsEverySubscriberGetsEveryEventToo() throws Exception {
        PemFiles pem = new PemFiles(folder).pair("own").pair("other");
        server = GrizzlyServer.start(SettingsLoader.standalone(
                null,
                Map.of(
                                "fanfare.http.port", "0",
                                "fanfare.history.store", "memory",
                                "fanfare.auth.anonymous-publish", "true",
                                "fanfare.http.tls.certificate",
                                        pem.file("own.crt").toString(),
                                "fanfare.http.tls.key", pem.file("own.key").toString())
                        .entrySet()
                        .stream()
                        .map(each -> new CommandLineValue(each.getKey(), each.getValue(), "test"))
                        .toList()));
        String url = "https://127.0.0.1:" + server.uri().getPort();

        assertThatThrownBy(() -> bench(url, "--cacert=" + pem.file("other.crt")).call())
                .hasMessageContaining("does not trust");
        int status = untilMeasured(
                url,
                "--cacert=" + pem.file("own.crt"),
                "--clients=12",
                "--topics=3",
                "--publishers=3",
                "--rate=200",
                "--size=20000",
                "--warm-up=500ms",
                "--duration=1s",
                "--json");

        JsonObject result = result();
        assertThat(status).as(result.toString()).isZero();
        assertThat(result.getInt("subscribers")).isEqualTo(12);
        assertThat(result.getInt("deliveries")).isPositive();
        assertThat(result.getInt("missed")).isZero();
    }
}
