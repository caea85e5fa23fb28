package dev.fanfare.server;

import dev.fanfare.auth.AuthSettings;
import dev.fanfare.auth.KeyFile;
import dev.fanfare.auth.TokenAlgorithm;
import dev.fanfare.auth.TokenIssuer;
import dev.fanfare.auth.TokenKey;
import dev.fanfare.auth.TokenLimits;
import dev.fanfare.event.Durations;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code token}: makes a token with the key of the configuration. */
@Command(
        name = "token",
        sortOptions = false,
        description = {
            "Prints a token for publishers or subscribers, made with the configured key (fanfare.auth.key) or that of "
                    + "a file.",
            ""
        },
        optionListHeading = "Options:%n",
        footer = {
            "",
            "Exit status: 0 if a token was printed, or if the one to inspect is taken; 1 if that one is refused; "
                    + "2 if the options or the configuration are wrong."
        })
final class TokenCommand {
    private static final Duration LONGEST = Duration.ofDays(3650);

    @Spec
    @Nullable
    CommandSpec spec;

    @Option(
            names = "--publish",
            arity = "1..*",
            paramLabel = "TOPIC",
            description = "The topics that may be published to: topics, URI templates, or * for all.")
    List<String> publish = new ArrayList<>();

    @Option(
            names = "--subscribe",
            arity = "1..*",
            paramLabel = "TOPIC",
            description = "The topics whose private events are seen, in the same forms.")
    List<String> subscribe = new ArrayList<>();

    @Option(
            names = "--expires",
            paramLabel = "DURATION",
            description = "How long the token is valid, such as 30m, 1h or 7d. Default: 1h.")
    String expires = "1h";

    @Option(
            names = "--key-file",
            paramLabel = "FILE",
            description = {
                "The key to sign with: a private key in PEM, or a secret, as fanfare.auth.algorithm says. It has to fit "
                        + "the configured key, if there is one."
            })
    @Nullable
    Path keyFile;

    @Option(names = "--key-id", paramLabel = "ID", description = "The kid of the key in a key set.")
    @Nullable
    String keyId;

    @Mixin
    ConfigOption config = new ConfigOption();

    @Option(
            names = "--inspect",
            paramLabel = "TOKEN",
            arity = "0..1",
            fallbackValue = "-",
            description =
                    "Makes none, but prints what stands in a token, and whether this configuration takes it. Without"
                            + " TOKEN it is read from standard input, where other users of this machine can't see it.")
    @Nullable
    String inspect;

    @Option(names = "--json", description = "With --inspect: prints one JSON object.")
    boolean json;

    @Option(names = "--help", usageHelp = true, description = "Prints this.")
    boolean help;

    /**
     * The token.
     *
     * @throws ParameterException if there is no key for it, or the options make no sense; says what would be right
     */
    String token(AuthSettings settings, Instant now) {
        if (publish.isEmpty() && subscribe.isEmpty()) {
            throw fault("A token must grant something: give --publish, --subscribe or both");
        }
        TokenLimits limits = settings.limits();
        if (publish.size() > limits.selectors() || subscribe.size() > limits.selectors()) {
            throw fault("A token may have at most " + limits.selectors() + " selectors in --publish and as many in"
                    + " --subscribe (fanfare.limits.token-selectors)");
        }
        TokenIssuer issuer = issuer(settings);
        try {
            return requireFit(issuer.issue(publish, subscribe, now.plus(lifetime()), keyId), limits);
        } catch (IllegalArgumentException e) {
            throw fault("--publish or --subscribe has an invalid selector: " + e.getMessage());
        }
    }

    private String requireFit(String token, TokenLimits limits) {
        if (token.length() > limits.chars()) {
            throw fault("The token would have " + token.length() + " characters, and the server takes at most "
                    + limits.chars() + " (fanfare.limits.token): name fewer topics, or use a URI template");
        }
        return token;
    }

    private Duration lifetime() {
        try {
            Duration duration = Durations.parse(expires);
            if (!duration.isZero() && duration.compareTo(LONGEST) <= 0) {
                return duration;
            }
        } catch (IllegalArgumentException e) {
            throw fault("--expires '" + expires + "' " + e.getMessage() + ": give a duration such as 30m, 1h or 7d");
        }
        throw fault("--expires '" + expires + "' is out of range: give 1ms to " + LONGEST.toDays() + "d");
    }

    /** The key that will check the token; null if the configuration has none. */
    private @Nullable TokenKey key(AuthSettings settings) {
        if (publish.isEmpty()) {
            return configured(settings.subscriberKey());
        }
        TokenKey publisher = configured(settings.publisherKey());
        if (!subscribe.isEmpty() && !Objects.equals(publisher, configured(settings.subscriberKey()))) {
            throw fault("Publishers and subscribers have different keys in this configuration: make two tokens, one"
                    + " with --publish and one with --subscribe");
        }
        return publisher;
    }

    private static @Nullable TokenKey configured(@Nullable TokenKey key) {
        return key == null || key.ofThisRun() ? null : key;
    }

    private TokenIssuer issuer(AuthSettings settings) {
        TokenKey key = key(settings);
        if (keyFile != null) {
            return fitting(keyFile, key, key == null ? settings.algorithm() : key.algorithm());
        }
        if (key == null) {
            throw fault(
                    "No key for making tokens is configured: set fanfare.auth.key, in fanfare.properties or as the environment"
                            + " variable FANFARE_AUTH_KEY, for this command and for the server, or name its file with --key-file");
        }
        if (!key.algorithm().isSymmetric()) {
            throw fault("Tokens of " + key.algorithm() + " are signed with a private key, which is not in the"
                    + " configuration: give its file with --key-file");
        }
        return TokenIssuer.of(key);
    }

    private TokenIssuer fitting(Path file, @Nullable TokenKey key, TokenAlgorithm algorithm) {
        try {
            TokenIssuer issuer = TokenIssuer.of(algorithm, KeyFile.read(file.toString()));
            if (key == null || issuer.fits(key)) {
                return issuer;
            }
        } catch (IllegalArgumentException e) {
            throw fault(
                    "--key-file '" + file + "': " + e.getMessage() + " (fanfare.auth.algorithm is " + algorithm + ")");
        }
        throw fault("--key-file '" + file + "' "
                + (algorithm.isSymmetric()
                        ? "does not hold the configured secret, and the server would refuse its tokens: give the file that"
                                + " does, or leave it out"
                        : "does not belong to the configured public key, and the server would refuse its tokens: give the"
                                + " private key that does"));
    }

    private ParameterException fault(String words) {
        if (spec == null) {
            throw new IllegalStateException("these options come from no command line");
        }
        return new ParameterException(spec.commandLine(), words);
    }
}
