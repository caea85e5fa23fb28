package dev.fanfare.cli;

import dev.fanfare.status.rules.EndCondition;
import jakarta.json.Json;
import jakarta.json.JsonException;
import jakarta.json.JsonReader;
import jakarta.json.JsonValue;
import java.io.StringReader;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code watch}: follows a status to its end and prints what changes. */
@Command(
        name = "watch",
        sortOptions = false,
        description = {"Follows a status to its end and prints what changes.", ""},
        optionListHeading = "Options:%n",
        footer = {
            "",
            "Examples:",
            "  watch http://localhost:8080 jobs id=42 --fail-on /state=FAILED",
            "  watch 'http://localhost:8080/status/jobs?id=42' --json",
            "",
            "Exit status: 0 when the status has ended; 1 if it has ended as --fail-on says, if the server refuses or "
                    + "can't be reached; 2 for options that are wrong."
        })
final class WatchCommand implements Callable<Integer> {
    private static final Duration IDLE = Duration.ofSeconds(60);

    @Mixin
    Server server = new Server();

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "SOURCE",
            description = "The source, where URL names the server alone.")
    @Nullable
    String source;

    @Parameters(index = "2..*", paramLabel = "NAME=VALUE", description = "The source's parameters.")
    List<String> parameters = new ArrayList<>();

    @Option(
            names = "--fail-on",
            paramLabel = "CONDITION",
            description = "Which end is a failure, such as /state=FAILED,CANCELLED: the exit status is 1 then.")
    String failOn = "";

    @Option(names = "--json", description = "Prints each whole status in a line instead of what changed.")
    boolean json;

    @Option(names = "--help", usageHelp = true, description = "Prints this.")
    boolean help;

    private Output output = Output.ofProcess();
    private @Nullable JsonValue shown;
    private boolean failed;

    WatchCommand printingTo(Output other) {
        output = other;
        return this;
    }

    @Override
    public Integer call() throws InterruptedException {
        EndCondition failure;
        try {
            failure = EndCondition.parse(failOn);
        } catch (IllegalArgumentException e) {
            throw CommandFailed.badOption("--fail-on: " + e.getMessage(), e);
        }
        boolean over = new EventStreamReader(server, stream(), "", IDLE, new EventStreamReader.Listener() {
                    @Override
                    public boolean event(StreamEvent event) {
                        return show(event, failure);
                    }

                    @Override
                    public void notice(String words) {
                        output.notice(words);
                    }
                })
                .read();
        if (over) {
            output.notice("The status has ended");
        }
        return failed ? 1 : 0;
    }

    private URI stream() {
        URI given = server.uri();
        if (source == null) {
            String path = given.getRawPath();
            if (path == null || !path.contains("/status/")) {
                throw CommandFailed.badOption(
                        "Which status? Give a source and its parameters behind the URL, as in watch " + server.url
                                + " jobs id=42, or the URL of a status");
            }
            return given;
        }
        String query = parameters.stream().map(WatchCommand::pair).collect(Collectors.joining("&"));
        String path = String.valueOf(given.getRawPath());
        return Server.withQuery(
                given.resolve((path.endsWith("/") ? path : path + "/") + "status/" + source + "/stream"), query);
    }

    private static String pair(String parameter) {
        int equals = parameter.indexOf('=');
        if (equals < 1) {
            throw CommandFailed.badOption("'" + parameter + "' is not NAME=VALUE: give a parameter like id=42");
        }
        return encoded(parameter.substring(0, equals)) + "=" + encoded(parameter.substring(equals + 1));
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private boolean show(StreamEvent event, EndCondition failure) {
        return switch (event.type()) {
            case "update" -> print(event.data()) != null;
            case "end" -> {
                JsonValue status = print(event.data());
                failed = status != null && failure.holds(status);
                yield false;
            }
            case "stale" -> told("stale", event);
            case "fresh" -> told("fresh", event);
            default -> true;
        };
    }

    private boolean told(String what, StreamEvent event) {
        output.notice(what + ": " + event.data());
        return true;
    }

    /** Returns the status; null if nobody reads any more. */
    private @Nullable JsonValue print(String text) {
        JsonValue status;
        try (JsonReader reader = Json.createReader(new StringReader(text))) {
            status = reader.readValue();
        } catch (JsonException e) {
            throw new CommandFailed("The stream's data is not JSON: is it a status?", e);
        }
        boolean reads = true;
        if (json) {
            boolean same = shown != null && shown.equals(status);
            reads = same || output.line(output.shown(text));
        } else {
            for (JsonDiff.Change change : JsonDiff.between(shown, status)) {
                reads &= output.line(output.styled(colour(change), output.shown(change.text())));
            }
        }
        shown = status;
        return reads ? status : null;
    }

    private static String colour(JsonDiff.Change change) {
        return change.before() == null ? "fg(green)" : change.after() == null ? "fg(red)" : "fg(yellow)";
    }
}
