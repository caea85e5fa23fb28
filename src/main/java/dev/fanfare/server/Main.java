package dev.fanfare.server;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.ERROR;
import static java.lang.System.Logger.Level.WARNING;

import dev.fanfare.auth.TokenKey;
import dev.fanfare.cli.CommandFailed;
import dev.fanfare.cli.Commands;
import dev.fanfare.cli.Interruptible;
import dev.fanfare.config.ConfigFaults;
import dev.fanfare.config.Settings;
import dev.fanfare.config.SettingsLoader;
import dev.fanfare.config.SettingsLoader.Loaded;
import dev.fanfare.history.HistoryRefused;
import dev.fanfare.server.grizzly.GrizzlyServer;
import dev.fanfare.server.train.TrainCommand;
import dev.fanfare.server.warmup.WarmUp;
import dev.fanfare.status.http.HttpSource;
import dev.fanfare.stream.SystemTicker;
import dev.fanfare.tls.LiveIdentity;
import dev.fanfare.tls.TlsFault;
import dev.fanfare.tracing.otel.OpenTelemetryTracing;
import java.io.IOException;
import java.io.PrintStream;
import java.net.BindException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The standalone server: {@code java -jar fanfare.jar}, or {@code java -cp 'fanfare.jar:lib/*' dev.fanfare.server.Main}. What
 * keeps it from starting is told in a line on standard error, and in a line for each fault of the configuration.
 */
public final class Main {
    private static final int FINE = 0;

    /** What a person types to run this: bin/fanfare of the archive tells its own name. */
    private static final String PROGRAM = System.getProperty("program.name", "java -jar fanfare.jar");

    private static final int BROKEN = 1;
    private static final int REFUSED = 2;
    private static final int MOST_OF_INPUT = 1 << 20;
    private static final int HELP_WIDTH = 100;
    private static final System.Logger LOG = System.getLogger(Main.class.getName());

    /** The server as something that ends. */
    private record Serving(
            GrizzlyServer server,
            @Nullable RunToken token,
            WarmUp warmUp,
            Reload reload,
            @Nullable PidFile pidFile) implements Ending.Leaving {
        @Override
        public Duration longestLeave() {
            return server.longestLeave();
        }

        @Override
        public void leave() throws InterruptedException {
            reload.close();
            warmUp.cancel();
            server.leave();
        }

        @Override
        public void close() {
            reload.close();
            warmUp.cancel();
            if (pidFile != null) {
                pidFile.close();
            }
            if (token != null) {
                token.close();
            }
            server.close();
            warmUp.close();
        }
    }

    /** A command as something that ends. */
    private record Interrupting(Interruptible command) implements Ending.Leaving {
        @Override
        public Duration longestLeave() {
            return Duration.ZERO;
        }

        @Override
        public void leave() {}

        @Override
        public void close() {
            command.interrupt();
        }

        @Override
        public int exitStatus() {
            return command.exitStatus();
        }
    }

    private final Ending ending;
    private final PrintStream out;
    private final PrintStream err;

    private Main(Ending ending, PrintStream out, PrintStream err) {
        this.ending = ending;
        this.out = out;
        this.err = err;
    }

    /**
     * Runs the server until a signal ends the process, with status 0; a second signal ends a drain at once. Status 2 is for a
     * configuration that can't be used: trying again does not help. Status 1 is for all else, which may pass: a full disk, a port
     * or a history in use, a lost thread.
     */
    public static void main(String... args) {
        Ending ending = Ending.onSignal();
        int status;
        try {
            ConsoleLog.setUp();
            LiveIdentity.refuseRenegotiation();
            HttpSource.allowNamingHosts();
            status = new Main(ending, System.out, System.err).run(args);
        } finally {
            ending.cancel();
        }
        System.exit(status);
    }

    /**
     * Runs the server.
     *
     * @return the exit status, where there was nothing to run
     */
    private int run(String... args) {
        Options options = new Options();
        CommandLine line = new CommandLine(options)
                .addSubcommand(new CheckCommand())
                .addSubcommand(new ReloadCommand())
                .addSubcommand(new TokenCommand());
        Commands.all().forEach(line::addSubcommand);
        line.addSubcommand(new TrainCommand(Main.class))
                .addSubcommand(new CompletionCommand())
                .setCommandName(PROGRAM)
                .setExpandAtFiles(false)
                .setUsageHelpWidth(HELP_WIDTH);
        try {
            ParseResult parsed = line.parseArgs(args);
            if (parsed.hasSubcommand()) {
                return run(parsed.subcommand(), options);
            }
            if (line.isUsageHelpRequested()) {
                line.usage(out);
                return FINE;
            }
            if (line.isVersionHelpRequested()) {
                line.printVersionHelp(out);
                return FINE;
            }
            return serve(options);
        } catch (ParameterException e) {
            return refuse(words(e));
        } catch (ConfigFaults e) {
            e.faults().forEach(err::println);
            return REFUSED;
        }
    }

    private int run(ParseResult parsed, Options options) {
        CommandLine line = parsed.commandSpec().commandLine();
        if (parsed.isUsageHelpRequested()) {
            line.usage(out);
            return FINE;
        }
        Object command = parsed.commandSpec().userObject();
        try {
            if (command instanceof TokenCommand token) {
                return token.inspect == null ? make(token, options) : inspect(token, options);
            }
            if (command instanceof CheckCommand check) {
                return check(check, options);
            }
            if (command instanceof ReloadCommand reload) {
                Path config = reload.config.file != null ? reload.config.file : options.config.file;
                Path file = reload.pidFile != null ? reload.pidFile : SettingsLoader.pidFile(config, options.values());
                return reload.run(file, out::println, err::println);
            }
            if (command instanceof Interruptible interruptible) {
                ending.closes(new Interrupting(interruptible));
            }
            return (Integer) ((Callable<?>) command).call();
        } catch (CommandFailed e) {
            err.println(e.getMessage());
            return e.exitStatus();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return BROKEN;
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("commands fail in words", e);
        }
    }

    private int check(CheckCommand check, Options options) {
        Checks checks = new Checks(settings(check.config, options), check.json, out::println);
        return check.offline ? checks.runOffline() : checks.run();
    }

    private static Settings settings(ConfigOption config, Options options) {
        return SettingsLoader.standalone(config.file != null ? config.file : options.config.file, options.values());
    }

    private int inspect(TokenCommand token, Options options) throws IOException, InterruptedException {
        Settings settings = settings(token.config, options);
        String text = "-".equals(token.inspect)
                ? new String(System.in.readNBytes(MOST_OF_INPUT), StandardCharsets.UTF_8)
                : String.valueOf(token.inspect);
        try (SystemTicker ticker = new SystemTicker()) {
            TokenInspection found = new TokenInspection(text.strip(), settings.auth(), ticker);
            if (token.json) {
                out.println(found.json());
            } else {
                found.print(out::println);
            }
            return found.isTaken() ? FINE : BROKEN;
        } catch (IllegalArgumentException e) {
            err.println(e.getMessage());
            return BROKEN;
        }
    }

    /** Nothing but the token goes to standard output. */
    private int make(TokenCommand token, Options options) {
        Settings settings = settings(token.config, options);
        out.println(token.token(settings.auth(), Instant.now()));
        return FINE;
    }

    /** An agent has made it by now; OpenTelemetry's autoconfiguration makes it when it is asked for. */
    private static void findTracer() {
        try {
            OpenTelemetryTracing.startGlobal();
        } catch (LinkageError e) {
            LOG.log(DEBUG, "Nothing is traced, since there is no OpenTelemetry API", e);
        }
    }

    private int serve(Options options) {
        LogLevels levels = new LogLevels();
        Path config = SettingsLoader.fileThatIsRead(options.config.file);
        Reload reload = new Reload(() -> SettingsLoader.loadAgain(config, options.values()), levels);
        boolean isHeard = Hangup.runs(reload::want);
        Loaded loaded = SettingsLoader.load(config, options.values());
        Settings settings = loaded.settings();
        ConsoleLog.use(settings.log());
        levels.take(settings.log().levels());
        IdleHeap.giveBack();
        IdleTrim.start();
        if (settings.traces()) {
            findTracer();
        }
        try {
            WarmUp warmUp = WarmUp.of(settings);
            GrizzlyServer server = GrizzlyServer.start(settings, warmUp.checks());
            RunToken token = token(settings, server.uri());
            PidFile pidFile = isHeard ? pidFile(settings.pidFile()) : null;
            Serving serving = new Serving(server, token, warmUp, reload, pidFile);
            ending.closes(serving);
            ending.onLostThread();
            out.print(new Banner(settings, server.uri(), token, PROGRAM, options.config.file).text());
            out.flush();
            reload.begin(
                    loaded,
                    server::reload,
                    pidFile == null ? null : pidFile.file(),
                    token == null ? () -> {} : token::close);
            warmUp.begin();
            if (options.untilWarm) {
                boolean isWarm = warmUp.await();
                serving.close();
                return isWarm ? FINE : BROKEN;
            }
            new CountDownLatch(1).await();
            return FINE;
        } catch (BindException e) {
            Ports.Fault fault = Ports.met(e, settings.http());
            print(fault.words());
            return fault.mayPass() ? BROKEN : REFUSED;
        } catch (IOException e) {
            print("The server can't start: " + e.getMessage());
            return BROKEN;
        } catch (TlsFault e) {
            print("The certificate can't be used any more; its file " + e.words());
            return REFUSED;
        } catch (HistoryRefused e) {
            print(String.valueOf(e.getMessage()));
            return e.mayPass() ? BROKEN : REFUSED;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return BROKEN;
        } catch (ConfigFaults e) {
            throw e;
        } catch (RuntimeException e) {
            LOG.log(ERROR, "The server failed to start", e);
            return BROKEN;
        }
    }

    private static @Nullable PidFile pidFile(@Nullable Path file) {
        if (file == null) {
            return null;
        }
        try {
            return PidFile.write(file);
        } catch (IOException e) {
            LOG.log(
                    WARNING,
                    "The command 'reload' can't find this server, since its process can't be written to "
                            + file.toAbsolutePath() + " (fanfare.pid-file): " + e.getMessage());
            return null;
        }
    }

    /** That of the run, if publishing needs one. */
    private static @Nullable RunToken token(Settings settings, URI uri) {
        TokenKey key = settings.auth().publisherKey();
        if (key == null || !key.ofThisRun() || settings.auth().anonymousPublish()) {
            return null;
        }
        if (RunToken.isOutputSeen()) {
            return RunToken.shown(key);
        }
        try {
            return RunToken.inFile(key, Path.of(""), uri.getPort());
        } catch (IOException e) {
            LOG.log(WARNING, "The token for publishing can't be written to the working directory: " + e);
            return null;
        }
    }

    private int refuse(String words) {
        print(words);
        return REFUSED;
    }

    private void print(String words) {
        err.println(words.replaceAll("\\s+", " "));
    }

    private static String words(ParameterException e) {
        if (e instanceof UnmatchedArgumentException unmatched) {
            String first = unmatched.getUnmatched().get(0);
            List<String> meant = unmatched.getSuggestions();
            return "There is no option " + first + ": "
                    + (meant.isEmpty()
                            ? "--help lists the options"
                            : "did you mean " + String.join(" or ", meant) + "?");
        }
        if (e instanceof MissingParameterException missing
                && missing.getMissing().stream().anyMatch(Main::isStatus)) {
            return "--end needs a status source: put it after a --status NAME=URL (see --help)";
        }
        return String.valueOf(e.getMessage()).replaceFirst("^Error: ", "") + " (see --help)";
    }

    private static boolean isStatus(ArgSpec spec) {
        return spec instanceof OptionSpec option && option.longestName().equals("--status");
    }
}
