package dev.fanfare.cli;

import dev.fanfare.status.JsonText;
import dev.fanfare.status.SourceFailure;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code top}: what a server does right now, again and again. */
@Command(
        name = "top",
        sortOptions = false,
        description = {
            "Shows what a server does: streams, events, clients that are behind, history, status sources. It reads /metrics "
                    + "and /status. On a terminal the view is redrawn, and q or Ctrl-C ends it; elsewhere each view follows the last.",
            ""
        },
        optionListHeading = "Options:%n",
        footer = {
            "",
            "Exit status: 0 at the end; 1 if the server refuses or can't be reached at the beginning; 2 for options that "
                    + "are wrong."
        })
final class TopCommand implements Callable<Integer> {
    private static final Duration SHORTEST = Duration.ofMillis(200);
    private static final Duration LONGEST = Duration.ofHours(1);
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int WIDE = 120;
    private static final int OK = 200;

    @Mixin
    Server server = new Server();

    @Option(
            names = "--every",
            paramLabel = "DURATION",
            description = "From one view to the next, 200ms to 1h. Default: 2s.")
    String every = "2s";

    @Option(
            names = "--count",
            paramLabel = "N",
            description = "Ends after so many views. Without it the view goes on until q or Ctrl-C.")
    int count;

    @Option(names = "--json", description = "Prints each view as a JSON object in a line.")
    boolean json;

    @Option(names = "--help", usageHelp = true, description = "Prints this.")
    boolean help;

    private Output output = Output.ofProcess();

    TopCommand printingTo(Output other) {
        output = other;
        return this;
    }

    @Override
    public Integer call() throws InterruptedException {
        Duration pause = DurationOption.parse("--every", every, SHORTEST, LONGEST);
        if (count < 0) {
            throw CommandFailed.badOption(
                    "--count " + count + " is out of range: give a number above 0, or leave it out");
        }
        Numbers before;
        try {
            before = numbers();
        } catch (IOException e) {
            throw new CommandFailed(Answers.silence(server.uri(), e), e);
        }
        try (Screen screen = json ? Screen.plain(WIDE) : Screen.of(output)) {
            for (int shown = 0; count == 0 || shown < count; shown++) {
                if (!screen.pause(pause)) {
                    return 0;
                }
                Numbers now = show(screen, before);
                if (now == null) {
                    return 0;
                }
                before = now;
            }
        }
        return 0;
    }

    /** Shows a view, or why there is none; null if nobody reads any more. */
    private @Nullable Numbers show(Screen screen, Numbers before) throws InterruptedException {
        String head = server.uri() + "  "
                + LocalTime.now(ZoneId.systemDefault()).truncatedTo(ChronoUnit.SECONDS) + "  every " + every;
        try {
            Numbers now = numbers();
            TopView view = new TopView(before, now, statuses());
            if (json) {
                return output.line(view.json()) ? now : null;
            }
            return screen.show(output, head, view.lines(screen.width(), screen.height() - 2)) ? now : null;
        } catch (IOException e) {
            String words = Answers.silence(server.uri(), e);
            if (json) {
                output.notice(words);
                return before;
            }
            return screen.show(output, head, List.of(TopView.cut(words, screen.width()))) ? before : null;
        }
    }

    private Numbers numbers() throws IOException, InterruptedException {
        HttpResponse<String> answer = get("metrics", "text/plain");
        if (answer.statusCode() == 404) {
            throw new CommandFailed("The server has no /metrics: set fanfare.metrics.enabled=true there");
        }
        if (answer.statusCode() != OK) {
            throw refused(answer);
        }
        return Numbers.parse(answer.body(), System.nanoTime());
    }

    private JsonObject statuses() throws IOException, InterruptedException {
        HttpResponse<String> answer = get("status", "application/json");
        try {
            return answer.statusCode() == OK && JsonText.parse(answer.body()) instanceof JsonObject object
                    ? object
                    : JsonValue.EMPTY_JSON_OBJECT;
        } catch (SourceFailure e) {
            throw new IOException("its /status is no JSON", e);
        }
    }

    private static CommandFailed refused(HttpResponse<String> answer) {
        return Answers.refused(
                answer.uri(),
                answer.statusCode(),
                answer.headers().firstValue("Content-Type").orElse(""),
                answer.body());
    }

    private HttpResponse<String> get(String path, String accept) throws IOException, InterruptedException {
        URI given = server.uri();
        String own = String.valueOf(given.getRawPath());
        URI uri = given.resolve((own.endsWith("/") ? own : own + "/") + path);
        return server.client()
                .send(
                        server.request(uri)
                                .header("Accept", accept)
                                .timeout(PATIENCE)
                                .build(),
                        HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
    }
}
