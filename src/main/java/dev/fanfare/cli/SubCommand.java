package dev.fanfare.cli;

import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code sub}: prints the events of a stream as they come. */
@Command(
        name = "sub",
        sortOptions = false,
        description = {"Prints the events of topics, or of any event stream, as they come. Reconnects and resumes.", ""
        },
        optionListHeading = "Options:%n",
        footer = {
            "",
            "Examples:",
            "  sub http://localhost:8080 --topic news --topic 'https://example.com/jobs/{id}'",
            "  sub http://localhost:8080/stream --json",
            "",
            "Exit status: 0 after --count events, at the stream's end and on Ctrl-C; 1 if the server refuses or can't "
                    + "be reached; 2 for options that are wrong."
        })
final class SubCommand implements Callable<Integer> {
    private static final Duration IDLE = Duration.ofSeconds(60);

    /** How an event is printed. */
    enum Format {
        /** Id, type and data. */
        LINE,
        /** The data alone. */
        DATA,
        /** The lines of the event stream. */
        RAW,
        /** A JSON object a line. */
        JSON
    }

    @Mixin
    Server server = new Server();

    @Option(
            names = "--topic",
            paramLabel = "TOPIC",
            description = "What to subscribe to: a topic, a URI template, or * for everything; may be repeated.")
    List<String> topics = new ArrayList<>();

    @Option(
            names = "--last-event-id",
            paramLabel = "ID",
            description = "Where to go on: the id of the last event seen, or 'earliest' for all that is kept.")
    String lastEventId = "";

    @Option(names = "--count", paramLabel = "N", description = "Ends after so many events.")
    long count = Long.MAX_VALUE;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            description = "How events are printed: line (id, type, data), data, raw (as on the wire) or json.")
    String format = "line";

    @Option(names = "--json", description = "The same as --format json: an object a line.")
    boolean json;

    @Option(names = "--help", usageHelp = true, description = "Prints this.")
    boolean help;

    private Output output = Output.ofProcess();
    private long seen;

    SubCommand printingTo(Output other) {
        output = other;
        return this;
    }

    @Override
    public Integer call() throws InterruptedException {
        if (count < 1) {
            throw CommandFailed.badOption("--count " + count + " is out of range: give 1 or more");
        }
        Format how = format();
        URI stream = stream();
        boolean over = new EventStreamReader(server, stream, lastEventId, IDLE, new EventStreamReader.Listener() {
                    @Override
                    public boolean event(StreamEvent event) {
                        return print(event, how) && ++seen < count;
                    }

                    @Override
                    public void notice(String words) {
                        output.notice(words);
                    }
                })
                .read();
        if (over) {
            output.notice("The stream is over: the server answers 204, which says that nothing follows");
        }
        return 0;
    }

    private URI stream() {
        URI given = server.uri("/.well-known/mercure");
        boolean hub = given.getRawPath().endsWith("/.well-known/mercure");
        String query = given.getRawQuery();
        if (hub && topics.isEmpty() && (query == null || !query.contains("topic="))) {
            throw CommandFailed.badOption(
                    "A subscription is to topics: give --topic NAME, or --topic '*' for all of them");
        }
        return Server.withQuery(
                given,
                topics.stream()
                        .map(topic -> "topic=" + URLEncoder.encode(topic, StandardCharsets.UTF_8))
                        .collect(Collectors.joining("&")));
    }

    private Format format() {
        if (json) {
            return Format.JSON;
        }
        for (Format known : Format.values()) {
            if (known.name().equalsIgnoreCase(format)) {
                return known;
            }
        }
        throw CommandFailed.badOption("--format " + format + " is not known: give line, data, raw or json");
    }

    private boolean print(StreamEvent event, Format how) {
        return switch (how) {
            case JSON -> output.line(event.json());
            case RAW -> output.print(output.shown(event.raw()));
            case DATA -> output.line(output.shown(event.data()));
            case LINE -> output.line(line(event));
        };
    }

    private String line(StreamEvent event) {
        String id = event.id().isEmpty() ? "-" : output.shown(event.id());
        String data = output.shown(event.data()).replace("\n", System.lineSeparator() + "    ");
        return output.styled("faint", id) + "  " + output.styled("fg(cyan)", output.shown(event.type())) + "  " + data;
    }
}
