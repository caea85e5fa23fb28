package dev.fanfare.server;

import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code check}: whether a server would start with this configuration, and reach what it needs. {@link Checks} does it. */
@Command(
        name = "check",
        sortOptions = false,
        description = {
            "Checks the configuration and what it names, without starting the server: the certificate, the port, the file "
                    + "or the folder of the history, the key set, the cluster's engine, and each status source. A source with "
                    + "parameters is asked for the value 0 of each. The answer that there is no such status counts as good.",
            ""
        },
        optionListHeading = "Options:%n",
        footer = {
            "",
            "Exit status: 0 if all is well, 2 if the configuration is wrong, 1 for what may pass: a source that is "
                    + "away, a port or a history that another process has."
        })
final class CheckCommand {
    /** Sources have a time-out each, and are asked at the same time. */
    static final Duration LONGEST = Duration.ofMinutes(1);

    @Mixin
    ConfigOption config = new ConfigOption();

    @Option(
            names = "--offline",
            description =
                    "Looks at nothing on other machines, which a server can do without at its start: no key set, no"
                            + " cluster's engine, no source.")
    boolean offline;

    @Option(names = "--json", description = "Prints a JSON object for each thing that was looked at, one a line.")
    boolean json;

    @Option(names = "--help", usageHelp = true, description = "Prints this.")
    boolean help;
}
