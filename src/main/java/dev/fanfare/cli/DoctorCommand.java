package dev.fanfare.cli;

import dev.fanfare.event.Durations;
import dev.fanfare.wire.EventDecoder;
import jakarta.json.Json;
import jakarta.json.JsonArrayBuilder;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/*
 * The stream that is looked at is a subscription with a heartbeat of one second: something comes every second, whatever is
 * published. Where a proxy gathers it, several come at once after a long silence; where one compresses, the head says so;
 * where one cuts, the stream ends early.
 */
/** {@code doctor}: finds out what stands between this machine and a server's streams. */
@Command(
        name = "doctor",
        sortOptions = false,
        description = {
            "Finds what affects streams on their way from a server: buffering, compression, time-outs, the version of "
                    + "HTTP, resumption, the clock. Says which settings to change.",
            ""
        },
        optionListHeading = "Options:%n",
        footer = {"", "Exit status: 0 if all is well, 1 if something is not, 2 for options that are wrong."})
final class DoctorCommand implements Callable<Integer> {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    /** Two heartbeats may come this close to one another when this machine is busy. */
    private static final Duration LONGEST_SILENCE = Duration.ofMillis(3500);

    private static final int INDENT = 16;
    private static final int MAX_EVENT_BYTES = 64 << 20;
    private static final Duration CLOCK = Duration.ofSeconds(30);

    /** What was found about one thing. */
    private record Finding(String what, boolean good, String words) {}

    @Mixin
    Server server = new Server();

    @Option(
            names = "--for",
            paramLabel = "SECONDS",
            description =
                    "How many seconds the stream is observed, 5 to 3600. Default: 10. To find a time-out, give more than it.")
    int seconds = 10;

    @Option(names = "--json", description = "Prints the findings as JSON.")
    boolean json;

    @Option(names = "--help", usageHelp = true, description = "Prints this.")
    boolean help;

    private final EventDecoder decoder = new EventDecoder((type, data, id) -> {}, MAX_EVENT_BYTES);
    private final List<Finding> findings = new ArrayList<>();
    private Output output = Output.ofProcess();

    DoctorCommand printingTo(Output other) {
        output = other;
        return this;
    }

    @Override
    public Integer call() throws InterruptedException {
        if (seconds < 5 || seconds > 3600) {
            throw CommandFailed.badOption("--for " + seconds + " is out of range: give 5 to 3600 seconds");
        }
        URI stream = Server.withQuery(server.uri("/.well-known/mercure"), "topic=*&heartbeat=1s&positions=true");
        try {
            health();
            stream(stream);
        } catch (IOException e) {
            throw new CommandFailed(Answers.silence(stream, e), e);
        }
        print();
        return findings.stream().allMatch(Finding::good) ? 0 : 1;
    }

    private void found(String what, boolean good, String words) {
        findings.add(new Finding(what, good, words));
    }

    private void health() throws IOException, InterruptedException {
        URI health = server.uri().resolve("/health/ready");
        HttpResponse<String> answer =
                server.client().send(server.request(health).timeout(PATIENCE).build(), BoundedText.handler());
        switch (answer.statusCode()) {
            case 200 -> found("health", true, "the server is ready");
            case 503 ->
                found(
                        "health",
                        false,
                        "the server is not ready: " + answer.body().strip());
            default ->
                found("health", true, "not visible from here (" + answer.statusCode() + "), which a proxy may intend");
        }
        clock(answer);
    }

    private void clock(HttpResponse<?> answer) {
        Optional<String> date = answer.headers().firstValue("Date");
        if (date.isEmpty()) {
            return;
        }
        try {
            Instant there = ZonedDateTime.parse(date.get(), DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant();
            Duration off = Duration.between(Instant.now(), there);
            boolean good = off.abs().compareTo(CLOCK) <= 0;
            found(
                    "clock",
                    good,
                    good
                            ? "the clocks agree"
                            : "the server's clock is " + Durations.inTwoUnits(off) + " "
                                    + (off.isNegative() ? "behind" : "ahead of")
                                    + " this machine's: tokens may be refused as expired or not yet valid. Set both by NTP");
        } catch (DateTimeException e) {
            found("clock", false, "the Date of the answer can't be read: " + date.get());
        }
    }

    private void stream(URI stream) throws IOException, InterruptedException {
        ByteQueue body = new ByteQueue();
        long asked = System.nanoTime();
        HttpResponse<ByteQueue> response = server.client()
                .send(
                        server.request(stream)
                                .header("Accept", "text/event-stream")
                                .header("Accept-Encoding", "gzip, br")
                                .timeout(PATIENCE)
                                .build(),
                        info -> body);
        try {
            if (!head(response)) {
                return;
            }
            arrivals(body, asked);
        } finally {
            body.cancel();
        }
        resumption(stream);
    }

    /** Names the newest position, so that nothing is replayed; the server says in a header of its own where it goes on. */
    private void resumption(URI stream) throws IOException, InterruptedException {
        String id = decoder.lastEventId();
        if (id.isEmpty()) {
            found("resumption", true, "not checked: the server sent no position");
            return;
        }
        ByteQueue body = new ByteQueue();
        HttpResponse<ByteQueue> response = server.client()
                .send(
                        server.request(stream)
                                .header("Accept", "text/event-stream")
                                .header("Last-Event-ID", id)
                                .timeout(PATIENCE)
                                .build(),
                        info -> body);
        body.cancel();
        boolean arrives = response.headers().firstValue("Last-Event-ID").isPresent();
        found(
                "resumption",
                arrives,
                arrives
                        ? "a client that reconnects goes on where it was"
                        : "Last-Event-ID is lost on the way, so clients miss events when they reconnect: let the header"
                                + " through in both directions");
    }

    /** Whether there is a stream to look at. */
    private boolean head(HttpResponse<?> response) {
        String version = response.version() == HttpClient.Version.HTTP_2 ? "HTTP/2" : "HTTP/1.1";
        found(
                "version",
                true,
                version.equals("HTTP/2")
                        ? "HTTP/2: a browser holds about a hundred streams of this server on one connection"
                        : "HTTP/1.1: the tabs of a browser share six connections to a host; HTTP/2 lifts that");
        int status = response.statusCode();
        if (status != 200) {
            found(
                    "stream",
                    false,
                    "a subscription is answered " + status + (server.hasToken() ? "" : "; does it need a token?"));
            return false;
        }
        Optional<String> refused = response.headers().firstValue("Fanfare-Refused");
        if (refused.isPresent()) {
            found("stream", false, "the server has no room for a stream now: " + refused.get());
            return false;
        }
        String type = response.headers().firstValue("Content-Type").orElse("");
        if (!type.toLowerCase(Locale.ROOT).startsWith("text/event-stream")) {
            found(
                    "stream",
                    false,
                    "the answer is of the type '" + type + "': something in between answers in place of the server");
            return false;
        }
        Optional<String> encoding = response.headers().firstValue("Content-Encoding");
        found(
                "compression",
                encoding.isEmpty(),
                encoding.map(coding -> "something in between compresses the stream (" + coding
                                + ") and may hold events back: switch that off for text/event-stream")
                        .orElse("the stream is not compressed"));
        String cache = response.headers().firstValue("Cache-Control").orElse("");
        found(
                "cache",
                cache.contains("no-transform") || cache.contains("no-store") || cache.contains("no-cache"),
                cache.isEmpty()
                        ? "Cache-Control is gone: something in between removes headers, so others may cache the stream"
                        : "Cache-Control arrives: " + cache);
        return true;
    }

    private void arrivals(ByteQueue body, long asked) throws IOException, InterruptedException {
        long end = asked + Duration.ofSeconds(seconds).toNanos();
        long first = 0;
        long last = System.nanoTime();
        long longestNanos = 0;
        int pieces = 0;
        boolean ended = false;
        while (System.nanoTime() < end) {
            List<ByteBuffer> bytes = body.next(Duration.ofNanos(Math.max(1_000_000, end - System.nanoTime())));
            long now = System.nanoTime();
            if (bytes == null) {
                ended = true;
                break;
            }
            if (first != 0) {
                longestNanos = Math.max(longestNanos, now - last);
            }
            last = now;
            if (!bytes.isEmpty()) {
                bytes.forEach(decoder::feed);
                first = first == 0 ? now : first;
                pieces++;
            }
        }
        tell(
                Duration.ofNanos(first == 0 ? 0 : first - asked),
                Duration.ofNanos(longestNanos),
                pieces,
                ended,
                Duration.ofNanos(last - asked));
    }

    private void tell(Duration first, Duration longest, int pieces, boolean ended, Duration lasted) {
        if (pieces == 0) {
            found(
                    "buffering",
                    false,
                    "nothing of the stream arrived within " + observed()
                            + ", though the server writes at once: something in between buffers answers. For nginx:"
                            + " proxy_buffering off");
        } else {
            boolean good = first.toMillis() < 2000 && longest.compareTo(LONGEST_SILENCE) <= 0;
            found(
                    "buffering",
                    good,
                    good
                            ? "events arrive when they are sent (first bytes after " + Durations.inTwoUnits(first) + ")"
                            : "a heartbeat comes every second, but " + Durations.inTwoUnits(longest)
                                    + " passed without a byte (first bytes after " + Durations.inTwoUnits(first)
                                    + "): something in between gathers the stream. For nginx: proxy_buffering off");
        }
        found(
                "time-out",
                !ended,
                ended
                        ? "the stream ended after " + Durations.inTwoUnits(lasted)
                                + ": look for a read or idle time-out between here and the server"
                        : "the stream lasted the " + observed() + " that it was observed");
    }

    private String observed() {
        return Durations.inTwoUnits(Duration.ofSeconds(seconds));
    }

    private void print() {
        if (json) {
            JsonArrayBuilder array = Json.createArrayBuilder();
            findings.forEach(finding -> array.add(Json.createObjectBuilder()
                    .add("what", finding.what())
                    .add("good", finding.good())
                    .add("words", finding.words())));
            output.line(array.build().toString());
            return;
        }
        int width = Screen.columns(output);
        findings.forEach(finding -> lines(finding, width).forEach(output::line));
    }

    private List<String> lines(Finding finding, int width) {
        String mark = finding.good() ? "ok  " : "FIX ";
        String text = mark + String.format(Locale.ROOT, "%-12s", finding.what()) + output.shown(finding.words());
        List<String> lines = new ArrayList<>(Lines.wrapped(text, INDENT, Math.max(width, 2 * INDENT)));
        lines.set(
                0,
                output.styled(finding.good() ? "fg(green)" : "fg(red)", mark)
                        + lines.get(0).substring(mark.length()));
        return lines;
    }
}
