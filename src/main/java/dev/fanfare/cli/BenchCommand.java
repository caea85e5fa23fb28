package dev.fanfare.cli;

import dev.fanfare.cli.load.Load;
import dev.fanfare.cli.load.LoadResult;
import dev.fanfare.event.Durations;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code bench}: puts load on a server and measures what it does with it. */
@Command(
        name = "bench",
        sortOptions = false,
        description = {
            "Puts load on a server of yours: subscribers that check that they get every event once and in order, and "
                    + "publishers at a rate. The events are new entries of the server's history, as all events are, and push out "
                    + "older ones. Prints a table at the end, and on Ctrl-C what was found until then.",
            ""
        },
        optionListHeading = "Options:%n",
        footer = {
            "",
            "Examples:",
            "  bench http://localhost:8080 --clients 1000 --rate 20 --duration 30s",
            "  bench http://localhost:8080 --clients 2000 --topics 2000 --rate 1000 --publishers 8 --json",
            "",
            "Exit status: 0 if every subscriber got every event once and in order, and on Ctrl-C; 1 if not, if the server "
                    + "refuses or can't be reached, or if the load was not agreed to; 2 for options that are wrong."
        })
final class BenchCommand implements Callable<Integer>, Interruptible {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration LONGEST = Duration.ofHours(1);
    private static final Duration SHORTEST = Duration.ofSeconds(1);
    private static final Duration TICK = Duration.ofMillis(500);
    private static final long LONGEST_END_MS = 1500;
    private static final int MOST_CLIENTS = 100_000;
    private static final int MOST_PUBLISHERS = 256;
    private static final int MOST_RATE = 1_000_000;
    private static final int MOST_BYTES = 1 << 20;
    private static final String CPU = "process_cpu_time_ns_total";

    @Mixin
    Server server = new Server();

    @Option(names = "--clients", paramLabel = "N", description = "How many subscribers. Default: 100.")
    int clients = 100;

    @Option(
            names = "--topics",
            paramLabel = "N",
            description = "How many topics; the subscribers are dealt out to them. Default: 1.")
    int topics = 1;

    @Option(
            names = "--rate",
            paramLabel = "N",
            description = "Events a second, all publishers together; 0 for as fast as it goes. Default: 20.")
    int rate = 20;

    @Option(names = "--publishers", paramLabel = "N", description = "How many publishers. Default: 1.")
    int publishers = 1;

    @Option(names = "--size", paramLabel = "BYTES", description = "The data of an event, in bytes. Default: 200.")
    int bytes = 200;

    @Option(
            names = "--duration",
            paramLabel = "DURATION",
            description = "How long is measured, 1s to 1h. Default: 10s.")
    String duration = "10s";

    @Option(
            names = "--warm-up",
            paramLabel = "DURATION",
            description = "How long events are published before rates and latencies count. Default: 2s.")
    String warmUp = "2s";

    @Option(
            names = "--prefix",
            paramLabel = "TEXT",
            description = "What the topics' names begin with; a run and a number follow. A token has to allow it."
                    + " Default: fanfare-bench.")
    String prefix = "fanfare-bench";

    @Option(names = "--yes", description = "Does not ask, whatever the host.")
    boolean yes;

    @Option(names = "--json", description = "Prints the result as a JSON object.")
    boolean json;

    @Option(names = "--help", usageHelp = true, description = "Prints this.")
    boolean help;

    private final CountDownLatch over = new CountDownLatch(1);
    private Output output = Output.ofProcess();
    private OwnHost.Person person = OwnHost.atTheTerminal();
    private volatile boolean interrupted;
    private volatile @Nullable Load load;

    BenchCommand printingTo(Output other) {
        output = other;
        return this;
    }

    BenchCommand asking(OwnHost.Person other) {
        person = other;
        return this;
    }

    @Override
    public Integer call() throws InterruptedException {
        try {
            URI hub = server.uri("/.well-known/mercure");
            Duration howLong = DurationOption.parse("--duration", duration, SHORTEST, LONGEST);
            Duration before = DurationOption.parse("--warm-up", warmUp, Duration.ZERO, LONGEST);
            check();
            BenchRequests requests = new BenchRequests(
                    server, hub, prefix + "/" + UUID.randomUUID().toString().substring(0, 8));
            try {
                askFirst(hub);
                tryOnce(hub, requests);
                return run(hub, requests, before, howLong);
            } catch (IOException e) {
                throw new CommandFailed(words(hub, e), e);
            }
        } finally {
            over.countDown();
        }
    }

    private void check() {
        inRange("--clients", clients, 1, MOST_CLIENTS);
        inRange("--topics", topics, 1, clients);
        inRange("--rate", rate, 0, MOST_RATE);
        inRange("--publishers", publishers, 1, MOST_PUBLISHERS);
        inRange("--size", bytes, 1, MOST_BYTES);
        if (prefix.isBlank()) {
            throw CommandFailed.badOption("--prefix is empty: give what the names of topics begin with");
        }
    }

    private static void inRange(String option, int value, int least, int most) {
        if (value < least || value > most) {
            String topics = option.equals("--topics") ? " (no more than --clients)" : "";
            throw CommandFailed.badOption(
                    option + " " + value + " is out of range: give " + least + " to " + most + topics);
        }
    }

    private void askFirst(URI hub) throws IOException {
        if (yes || OwnHost.is(hub.getHost())) {
            return;
        }
        String question = String.format(
                Locale.ROOT,
                "%s is another machine. Open %,d streams there and publish %s for %s? [y/N] ",
                hub.getHost(),
                clients,
                rate == 0 ? "as fast as it goes" : String.format(Locale.ROOT, "%,d events a second", rate),
                duration);
        if (!OwnHost.agrees(person, question)) {
            throw new CommandFailed("Nothing was sent to " + hub.getHost()
                    + ": bench puts load on another machine only where somebody agrees at a terminal, or with --yes");
        }
    }

    /** Finds in words what would otherwise be thousands of refusals. */
    private void tryOnce(URI hub, BenchRequests requests) throws IOException, InterruptedException {
        ByteQueue body = new ByteQueue();
        URI stream = requests.subscription(0);
        HttpResponse<ByteQueue> opened = server.client()
                .send(
                        server.request(stream)
                                .header("Accept", "text/event-stream")
                                .timeout(PATIENCE)
                                .build(),
                        info -> body);
        String type = opened.headers().firstValue("Content-Type").orElse("");
        try {
            if (!opened.uri().equals(stream)) {
                throw new CommandFailed("The server redirects to " + opened.uri() + ": give the URL of that one");
            }
            if (opened.statusCode() != 200) {
                throw Answers.refused(hub, opened.statusCode(), type, EventStreamReader.text(body));
            }
            if (!type.toLowerCase(Locale.ROOT).startsWith("text/event-stream")) {
                throw new CommandFailed(hub + " is not a hub: a subscription is answered with " + type);
            }
        } finally {
            body.cancel();
        }
        HttpResponse<String> published = server.client()
                .send(
                        server.request(hub)
                                .timeout(PATIENCE)
                                .header("Content-Type", "application/x-www-form-urlencoded")
                                .POST(BodyPublishers.ofString(requests.form(topics, "first")))
                                .build(),
                        BoundedText.handler());
        if (published.statusCode() != 200) {
            throw Answers.refused(
                    hub,
                    published.statusCode(),
                    published.headers().firstValue("Content-Type").orElse(""),
                    published.body());
        }
    }

    private Integer run(URI hub, BenchRequests requests, Duration before, Duration howLong)
            throws IOException, InterruptedException {
        SSLContext tls = server.tls();
        int port = hub.getPort() >= 0 ? hub.getPort() : tls == null ? 80 : 443;
        String host = hub.getHost().replaceAll("[\\[\\]]", "");
        Load.Plan plan = new Load.Plan(
                requests, new InetSocketAddress(host, port), tls, clients, topics, publishers, rate, bytes);
        try (Load running = new Load(plan);
                Progress progress = new Progress(output)) {
            load = running;
            if (interrupted) {
                running.interrupt();
            }
            boolean connected = false;
            while (!connected && !running.pause(Duration.ZERO)) {
                connected = running.connectSome();
                progress.show(running.subscribers() + " of " + clients + " subscribers");
            }
            if (connected && running.subscribers() > 0) {
                running.start();
                follow(running, progress, "warm-up", before);
                running.startMeasuring();
            }
            OptionalDouble cpuBefore = cpu();
            if (connected && running.subscribers() > 0) {
                follow(running, progress, "measured", howLong);
            }
            OptionalDouble cpuAfter = cpu();
            LoadResult result = running.finish();
            progress.clear();
            print(new BenchTable(
                    result,
                    cpuBefore.isPresent() && cpuAfter.isPresent()
                            ? cpuAfter.getAsDouble() - cpuBefore.getAsDouble()
                            : null,
                    "the server shows no " + CPU + " at /metrics"));
            return result.isComplete() || interrupted ? 0 : 1;
        }
    }

    private static void follow(Load running, Progress progress, String what, Duration howLong)
            throws InterruptedException {
        long began = System.nanoTime();
        long events = running.events();
        long deliveries = running.deliveries();
        long end = began + howLong.toNanos();
        for (long now = began; now < end; now = System.nanoTime()) {
            if (running.pause(Duration.ofNanos(Math.min(TICK.toNanos(), end - now)))) {
                return;
            }
            double seconds = (System.nanoTime() - began) / 1e9;
            progress.show(String.format(
                    Locale.ROOT,
                    "%s %s of %s  %,d subscribers  %,.0f events/s  %,.0f deliveries/s",
                    what,
                    Durations.inTwoUnits(Duration.ofSeconds(Math.round(seconds))),
                    Durations.inTwoUnits(howLong),
                    running.subscribers(),
                    (running.events() - events) / seconds,
                    (running.deliveries() - deliveries) / seconds));
        }
    }

    /** The server's CPU time in nanoseconds; empty where it does not tell. */
    private OptionalDouble cpu() throws InterruptedException {
        try {
            HttpResponse<String> answer = server.client()
                    .send(
                            server.request(server.uri().resolve("/metrics"))
                                    .header("Accept", "text/plain")
                                    .timeout(interrupted ? Duration.ofMillis(LONGEST_END_MS / 3) : PATIENCE)
                                    .build(),
                            BoundedText.handler());
            Numbers numbers = answer.statusCode() == 200
                    ? Numbers.parse(answer.body(), System.nanoTime())
                    : new Numbers(Map.of(), 0);
            return numbers.has(CPU) ? OptionalDouble.of(numbers.sum(CPU, "")) : OptionalDouble.empty();
        } catch (IOException e) {
            return OptionalDouble.empty();
        }
    }

    /** Nobody may read any more, which is no failure of the load. */
    private void print(BenchTable table) {
        if (json) {
            output.line(table.json());
            return;
        }
        for (String line : table.lines()) {
            if (!output.line(line)) {
                return;
            }
        }
    }

    private static String words(URI hub, IOException e) {
        String reason = String.valueOf(e.getMessage());
        if (reason.contains("Too many open files")) {
            return "This process may not open so many connections: raise the limit with ulimit -n, or give fewer --clients";
        }
        if (reason.contains("Cannot assign requested address")) {
            return "This machine has no free port for a further connection to that address: give fewer --clients";
        }
        return Answers.silence(hub, e);
    }

    /** How many events the subscribers have so far. */
    long deliveries() {
        Load running = load;
        return running == null ? 0 : running.deliveries();
    }

    @Override
    public void interrupt() {
        interrupted = true;
        Load running = load;
        if (running == null) {
            return;
        }
        running.interrupt();
        try {
            over.await(LONGEST_END_MS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
