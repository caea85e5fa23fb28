package dev.fanfare.server;

import dev.fanfare.cli.Printable;
import dev.fanfare.event.Durations;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code reload}: has a server that runs on this machine read its configuration again, and tells how it went. */
@Command(
        name = "reload",
        sortOptions = false,
        description = {
            "Has the server that runs with this configuration read it again, and tells how that went. Open streams stay "
                    + "open. The server takes all or nothing; docs/reference/configuration.md lists what it takes.",
            ""
        },
        optionListHeading = "Options:%n",
        footer = {
            "",
            "Exit status: 0 if the configuration holds now, 2 if it can't be used, and all is as it was; 1 if no server was "
                    + "told, or it did not say in time how it went, or for what may pass: a key set that is away."
        })
final class ReloadCommand {
    private static final int FAILED = 1;
    private static final int REFUSED = 2;
    private static final Duration LONGEST = Duration.ofMinutes(10);
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(50);

    @Mixin
    ConfigOption config = new ConfigOption();

    @Option(
            names = "--pid-file",
            paramLabel = "FILE",
            description =
                    "The file in which the server says which process it is, in place of the one of its configuration.")
    @Nullable
    Path pidFile;

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            defaultValue = "30s",
            description = "How long to wait for the server. Default: ${DEFAULT-VALUE}.")
    String timeout = "30s";

    @Option(names = "--help", usageHelp = true, description = "Prints this.")
    boolean help;

    /**
     * Tells a server, and waits for what it says.
     *
     * @param file in which the server says which process it is; null if it says it nowhere
     * @return the exit status
     */
    int run(@Nullable Path file, Consumer<String> out, Consumer<String> err) throws IOException, InterruptedException {
        Duration longest = longest();
        if (longest == null) {
            err.accept("--timeout is '" + timeout + "': give a time up to 10m, such as 30s");
            return REFUSED;
        }
        if (file == null) {
            err.accept("A server that keeps its history in memory says nowhere which process it is: give it and this"
                    + " command fanfare.pid-file, or send the signal HUP to its process");
            return FAILED;
        }
        Instant told = Instant.now();
        ProcessHandle server;
        try {
            server = PidFile.server(file);
            hangUp(server);
        } catch (PidFile.NotThere e) {
            err.accept(e.getMessage());
            return FAILED;
        }
        long began = System.nanoTime();
        String unreadable = "";
        while (System.nanoTime() - began < longest.toNanos()) {
            boolean runs = server.isAlive();
            try {
                Optional<ReloadResult> result =
                        ReloadResult.read(file).filter(found -> !found.began().isBefore(told));
                if (result.isPresent()) {
                    Consumer<String> to = result.get().status() == ReloadResult.FINE ? out : err;
                    result.get().words().stream().map(Printable::of).forEach(to);
                    return result.get().status();
                }
                unreadable = "";
            } catch (IOException e) { // the server may replace it yet
                unreadable = ". What is at " + ReloadResult.file(file) + " can't be read, and is in its way: "
                        + e.getMessage();
            }
            if (!runs) {
                err.accept("The server was told, and ended before it said how it went: its log says why");
                return FAILED;
            }
            TimeUnit.NANOSECONDS.sleep(BETWEEN_LOOKS.toNanos());
        }
        err.accept("The server was told, and has not said within " + Durations.show(longest)
                + " how it went: its log says it (--timeout waits longer)" + unreadable);
        return FAILED;
    }

    private @Nullable Duration longest() {
        try {
            Duration given = Durations.parse(timeout);
            return given.isZero() || given.compareTo(LONGEST) > 0 ? null : given;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /** Java can only end another process; each shell can send it any signal. */
    private static void hangUp(ProcessHandle server) throws IOException, InterruptedException {
        Process kill = new ProcessBuilder("sh", "-c", "kill -HUP \"$1\"", "sh", String.valueOf(server.pid()))
                .redirectErrorStream(true)
                .start();
        kill.getOutputStream().close();
        String said = new String(kill.getInputStream().readNBytes(1000), StandardCharsets.UTF_8);
        if (kill.waitFor() != 0) {
            throw new PidFile.NotThere("The server, process " + server.pid() + ", can't be told: " + said.strip()
                    + "; give the command as its user, or as root");
        }
    }
}
