package dev.fanfare.bench;

import dev.fanfare.cli.load.Crowd;
import dev.fanfare.status.JsonText;
import dev.fanfare.status.rules.ChangeRule;
import jakarta.json.JsonValue;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.HdrHistogram.Histogram;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures the status gateway against a source in a process of its own, and how fast it notices a change. */
@Command(name = "status-benchmark", mixinStandardHelpOptions = true, description = "Measures the status gateway.")
final class StatusBenchmark implements Callable<Integer> {
    /** What is measured. */
    private enum Row {
        /** Many clients of one status that changes with each poll. */
        ONE_WATCH,
        /** As many statuses as clients, of which none changes. */
        MANY_WATCHES,
        /** A document of 20 KB, looked at again and again. */
        CHANGE
    }

    private static final Duration WARM_UP = Duration.ofSeconds(4);

    @Option(
            names = "--rows",
            split = ",",
            defaultValue = "ONE_WATCH,MANY_WATCHES,CHANGE",
            description = "What is measured.")
    private List<Row> rows = new ArrayList<>();

    @Option(names = "--rounds", defaultValue = "3", description = "How often; the report has medians.")
    private int rounds;

    @Option(names = "--seconds", defaultValue = "20", description = "How long, behind the warm-up.")
    private int seconds;

    @Option(names = "--clients", defaultValue = "5000", description = "Clients of the one watch.")
    private int clients;

    @Option(names = "--watches", defaultValue = "10000", description = "How many watches are many.")
    private int watches;

    @Option(names = "--jvm", split = ",", defaultValue = "-Xmx1g", description = "Options for the servers' JVMs.")
    private List<String> jvmOptions = new ArrayList<>();

    private final HttpClient http = HttpClient.newHttpClient();

    private StatusBenchmark() {}

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new StatusBenchmark()).execute(arguments));
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        for (Row row : rows) {
            Map<String, List<Double>> figures = new LinkedHashMap<>();
            for (int round = 1; round <= rounds; round++) {
                System.err.println("round " + round + ", " + row);
                measure(row)
                        .forEach((name, value) -> figures.computeIfAbsent(name, key -> new ArrayList<>())
                                .add(value));
            }
            System.out.println(
                    "| " + row.name().toLowerCase(Locale.ROOT).replace('_', '-') + " | median | all |\n|---|---:|---|");
            figures.forEach((name, values) -> System.out.printf(
                    Locale.ROOT,
                    "| %s | %.2f | %s |%n",
                    name,
                    values.stream().sorted().toList().get(values.size() / 2),
                    values));
        }
        return 0;
    }

    private Map<String, Double> measure(Row row) throws IOException, InterruptedException {
        return switch (row) {
            case ONE_WATCH -> gateway("changing", 250, 1, clients);
            case MANY_WATCHES -> gateway("still", 5_000, watches, watches);
            case CHANGE -> change();
        };
    }

    private Map<String, Double> gateway(String kind, int everyMs, int statuses, int streams)
            throws IOException, InterruptedException {
        try (ServerProcess source = start("dev.fanfare.bench.SourceServer", List.of("" + everyMs), jvmOptions);
                ServerProcess server = start(
                        "dev.fanfare.server.Main",
                        List.of("--dev", "--port", "0", "--status", "jobs=" + url(source, kind) + "/{id}"),
                        options(everyMs, statuses));
                Crowd crowd = new Crowd()) {
            for (int i = 0; i < streams; i++) {
                crowd.add(server.address(), request(i % statuses), false);
                if (i % 64 == 63) {
                    crowd.awaitHeads(i + 1L);
                }
            }
            crowd.awaitReceived(streams);
            // Polls are spread in the course of the first two periods; the rest is for the JIT.
            Thread.sleep(Math.max(WARM_UP.toMillis(), 6L * everyMs));
            return figures(source, server, crowd, kind);
        }
    }

    private static ServerProcess start(String mainClass, List<String> arguments, List<String> jvmOptions)
            throws IOException {
        return new MainClass(mainClass, arguments).start(Files.createTempDirectory("fanfare-bench"), jvmOptions);
    }

    private Map<String, Double> figures(ServerProcess source, ServerProcess server, Crowd crowd, String kind)
            throws IOException, InterruptedException {
        ask(url(source, "reset"));
        crowd.resetLatency();
        Duration cpuBefore = server.cpu();
        long receivedBefore = crowd.received();
        long began = System.nanoTime();
        Thread.sleep(seconds * 1000L);
        double elapsed = (System.nanoTime() - began) / 1e9;
        Duration cpu = server.cpu().minus(cpuBefore);
        double received = crowd.received() - receivedBefore;
        String[] asked = ask(url(source, "figures")).split(" ", -1);
        double polls = Double.parseDouble(asked[0]);
        Map<String, Double> figures = new LinkedHashMap<>();
        figures.put("polls/s", polls / elapsed);
        figures.put("CPU us/poll", cpu.toNanos() / 1e3 / polls);
        figures.put("schedule lag p50 ms", Double.parseDouble(asked[1]));
        figures.put("schedule lag p99 ms", Double.parseDouble(asked[2]));
        figures.put("schedule lag max ms", Double.parseDouble(asked[3]));
        figures.put("CPU of a core", cpu.toNanos() / 1e9 / elapsed);
        if (kind.equals("changing")) {
            Histogram latency = crowd.latency();
            figures.put("events/poll/client", received / polls / clients);
            figures.put("CPU us/delivery", cpu.toNanos() / 1e3 / received);
            figures.put("latency p50 ms", latency.getValueAtPercentile(50) / 1e6);
            figures.put("latency p99 ms", latency.getValueAtPercentile(99) / 1e6);
        }
        return figures;
    }

    private List<String> options(int everyMs, int statuses) {
        List<String> options = new ArrayList<>(jvmOptions);
        options.add("-Dfanfare.status.jobs.every=" + everyMs + "ms");
        options.add("-Dfanfare.limits.watches=" + Math.max(statuses, 1));
        return options;
    }

    private static String url(ServerProcess source, String path) {
        return "http://127.0.0.1:" + source.port() + "/" + path;
    }

    private static String request(int status) {
        return "GET /status/jobs/stream?id=" + status
                + " HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\nConnection: keep-alive\r\n\r\n";
    }

    private String ask(String url) throws IOException, InterruptedException {
        return http.send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString())
                .body();
    }

    /** In this process, by the CPU time of one thread. */
    private static Map<String, Double> change() {
        String text = document();
        ChangeRule rule = ChangeRule.ignoring(List.of("/updatedAt"));
        JsonValue parsed = JsonText.parse(text);
        Map<String, Double> figures = new TreeMap<>();
        for (int round = 0; round < 2; round++) { // the first one is the warm-up
            figures.put("bytes", (double) text.length());
            figures.put("for a rule set, 1/s", perSecond(() -> rule.idOf(parsed)));
            figures.put("with reading it, 1/s", perSecond(() -> rule.idOf(JsonText.parse(text))));
        }
        return figures;
    }

    private static double perSecond(Runnable task) {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long began = threads.getCurrentThreadCpuTime();
        long spent;
        int count = 0;
        do {
            task.run();
            count++;
            spent = threads.getCurrentThreadCpuTime() - began;
        } while (spent < 4_000_000_000L);
        return count * 1e9 / spent;
    }

    private static String document() {
        StringBuilder text = new StringBuilder("{\"updatedAt\":\"2026-11-21T08:00:00Z\",\"jobs\":[");
        for (int i = 0; text.length() < 20_000; i++) {
            text.append(i == 0 ? "" : ",")
                    .append("{\"id\":")
                    .append(i)
                    .append(",\"name\":\"import of orders ")
                    .append(i)
                    .append("\",\"state\":\"running\",\"progress\":")
                    .append(i % 100)
                    .append(".5,\"tags\":[\"red\",\"night\"],\"error\":null,\"retries\":0}");
        }
        return text.append("]}").toString();
    }
}
