package dev.fanfare.server;

import dev.fanfare.config.CommandLineValue;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options of the command line. They become values of keys; what those may be is checked with all other configuration. */
@Command(
        name = "java -jar fanfare.jar",
        versionProvider = Version.class,
        sortOptions = false,
        description = {"Streams live events to browsers by Server-Sent Events.", ""},
        optionListHeading = "Options:%n",
        footer = {
            "",
            "Everything else is configured by keys such as fanfare.stream.heartbeat: in fanfare.properties, as "
                    + "environment variables (FANFARE_STREAM_HEARTBEAT), as system properties (-Dfanfare.stream.heartbeat=5s).",
            "",
            "Exit status: 0 after Ctrl-C or SIGTERM, 2 if the options or the configuration are wrong, else 1."
        })
final class Options {
    @Spec
    @Nullable
    CommandSpec spec;

    @Option(
            names = "--port",
            paramLabel = "PORT",
            description = "The port to listen on. Default: 8080; 0 takes any free port.")
    @Nullable
    String port;

    @Option(
            names = "--host",
            paramLabel = "HOST",
            description = "The name or address to listen on. Default: 127.0.0.1.")
    @Nullable
    String host;

    @Option(
            names = "--dev",
            description =
                    "For development, on a loopback host only: everybody may publish, and pages of every localhost"
                            + " origin may use the server.")
    boolean dev;

    @Option(
            names = "--tls",
            description = "With --dev: HTTPS, with a certificate for localhost that is made in the working directory.")
    boolean tls;

    @Mixin
    ConfigOption config = new ConfigOption();

    @ArgGroup(exclusive = false, multiplicity = "0..*", heading = "Status sources (may be repeated):%n")
    List<Source> sources = new ArrayList<>();

    /** For {@link dev.fanfare.server.train}. */
    @Option(names = "--until-warm", hidden = true, description = "Ends the server when it has warmed up.")
    boolean untilWarm;

    @Option(names = "--help", usageHelp = true, description = "Prints this.")
    boolean help;

    @Option(names = "--version", versionHelp = true, description = "Prints the version.")
    boolean version;

    /** One {@code --status} with what follows it. */
    static final class Source {
        @Option(
                names = "--status",
                required = true,
                paramLabel = "NAME=URL",
                description = {
                    "Polls a URL and streams its status when it changes. Example:",
                    "--status 'jobs=http://localhost:9090/jobs/{id}': then /status/jobs/stream?id=42."
                })
        String status = "";

        @Option(
                names = "--end",
                paramLabel = "CONDITION",
                description =
                        "The condition that ends the status of the --status before it. Example: --end /state=DONE.")
        @Nullable
        String end;
    }

    /**
     * What the options set.
     *
     * @throws ParameterException if a source has no name, or that of another
     */
    List<CommandLineValue> values() {
        List<CommandLineValue> values = new ArrayList<>();
        if (port != null) {
            values.add(new CommandLineValue("fanfare.http.port", port, "--port"));
        }
        if (host != null) {
            values.add(new CommandLineValue("fanfare.http.host", host, "--host"));
        }
        if (dev) {
            values.add(new CommandLineValue("fanfare.dev", "true", "--dev"));
        }
        if (tls) {
            values.add(new CommandLineValue("fanfare.http.tls.self-signed", "true", "--tls"));
        }
        Set<String> names = new HashSet<>();
        for (Source source : sources) {
            addSource(source, names, values);
        }
        return values;
    }

    private void addSource(Source source, Set<String> names, List<CommandLineValue> values) {
        int equals = source.status.indexOf('=');
        String name = source.status.substring(0, Math.max(0, equals)).strip();
        String url = source.status.substring(equals + 1);
        if (name.isEmpty() || name.indexOf('.') >= 0 || url.isBlank()) {
            throw fault("--status '" + source.status
                    + "' is not NAME=URL: give it like --status 'jobs=http://localhost:9090/jobs/{id}'");
        }
        if (!names.add(name)) {
            throw fault("--status '" + name + "' is given twice: give each source another name");
        }
        values.add(new CommandLineValue("fanfare.status." + name + ".url", url, "--status"));
        if (source.end != null) {
            values.add(new CommandLineValue("fanfare.status." + name + ".end", source.end, "--end"));
        }
    }

    private ParameterException fault(String words) {
        if (spec == null) {
            throw new IllegalStateException("these options come from no command line");
        }
        return new ParameterException(spec.commandLine(), words);
    }
}
