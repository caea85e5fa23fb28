package dev.fanfare.cli;

import java.io.IOException;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code top}: what a server does right now, again and again. */
@Command(
        name = "top",
        sortOptions = false,
        description = {
            "Shows what a server does: streams, events, clients that are behind, history, topics, status sources, nodes. It reads "
                    + "/metrics, /status and /status/fanfare, as far as it may. On a terminal the view is redrawn, and q or Ctrl-C ends it; elsewhere each view follows the last.",
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
    private static final DateTimeFormatter CLOCK = DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT);
    private static final int WIDE = 120;

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
        TopReader reader = new TopReader(server);
        try {
            reader.read();
        } catch (IOException e) {
            throw new CommandFailed(Answers.silence(server.uri(), e), e);
        }
        try (Screen screen = json ? Screen.plain(WIDE) : Screen.of(output)) {
            for (int shown = 0; count == 0 || shown < count; shown++) {
                if (!screen.pause(pause)) {
                    return 0;
                }
                if (!show(screen, reader)) {
                    return 0;
                }
            }
        }
        return 0;
    }

    /** Shows a view, or why there is none; false if nobody reads any more. */
    private boolean show(Screen screen, TopReader reader) throws InterruptedException {
        String head = server.uri() + "  " + CLOCK.format(LocalTime.now(ZoneId.systemDefault())) + "  every " + every;
        try {
            TopView view = new TopView(reader.read());
            return json
                    ? output.line(view.json())
                    : screen.show(output, head, view.lines(screen.width(), screen.height() - 2));
        } catch (IOException e) {
            String words = Answers.silence(server.uri(), e);
            if (json) {
                output.notice(words);
                return true;
            }
            return screen.show(output, head, List.of(TopView.cut(words, screen.width())));
        }
    }
}
