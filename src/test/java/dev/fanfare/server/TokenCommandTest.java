package dev.fanfare.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.auth.AuthSettings;
import dev.fanfare.auth.Authority;
import dev.fanfare.auth.Grant;
import dev.fanfare.auth.TokenAlgorithm;
import dev.fanfare.auth.TokenKey;
import dev.fanfare.auth.TokenLimits;
import dev.fanfare.event.Topic;
import dev.fanfare.testing.ManualTicker;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Key;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

class TokenCommandTest {
    private static final TokenKey SECRET = TokenKey.of(TokenAlgorithm.HS256, "0123456789abcdef0123456789abcdef");
    private static final TokenKey OTHER = TokenKey.of(TokenAlgorithm.HS256, "fedcba9876543210fedcba9876543210");

    @TempDir
    Path folder;

    private static AuthSettings settings(@Nullable TokenKey publisher, @Nullable TokenKey subscriber) {
        return new AuthSettings(publisher, subscriber, true, false, "c", false, TokenLimits.DEFAULTS);
    }

    private static String token(AuthSettings settings, String... args) {
        TokenCommand command = new TokenCommand();
        new CommandLine(command).parseArgs(args);
        return command.token(settings, ManualTicker.BEGIN);
    }

    private static void assertRefused(AuthSettings settings, String words, String... args) {
        assertThatThrownBy(() -> token(settings, args))
                .isInstanceOf(ParameterException.class)
                .hasMessageContaining(words);
    }

    private static String pem(String label, Key key) {
        return "-----BEGIN " + label + "-----\n" + Base64.getMimeEncoder().encodeToString(key.getEncoded())
                + "\n-----END " + label + "-----\n";
    }

    @Test
    void theTokenGrantsWhatWasAskedForAnHour() {
        AuthSettings settings = settings(SECRET, SECRET);
        Authority authority = new Authority(settings, new ManualTicker());

        Grant grant = authority.publisher(token(settings, "--publish", "a", "b", "--publish", "c", "--subscribe", "d"));
        assertThat(grant.mayPublish(List.of(new Topic("a"), new Topic("b"), new Topic("c"))))
                .isTrue();
        assertThat(grant.mayPublish(List.of(new Topic("d")))).isFalse();
        assertThat(grant.maySubscribe(new Topic("d"))).isTrue();
        assertThat(grant.expiresAt()).isEqualTo(ManualTicker.BEGIN.plus(Duration.ofHours(1)));
        assertThat(authority
                        .publisher(token(settings, "--publish=*", "--expires=30m"))
                        .expiresAt())
                .isEqualTo(ManualTicker.BEGIN.plus(Duration.ofMinutes(30)));
    }

    @Test
    void aPrivateKeySignsWhereAPublicOneChecks() throws Exception {
        KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        KeyPair another = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        TokenKey key = TokenKey.of(TokenAlgorithm.EDDSA, pem("PUBLIC KEY", pair.getPublic()));
        Path file = Files.writeString(folder.resolve("private.pem"), pem("PRIVATE KEY", pair.getPrivate()));
        Path wrong = Files.writeString(folder.resolve("wrong.pem"), pem("PRIVATE KEY", another.getPrivate()));
        AuthSettings settings = settings(key, key);

        String token = token(settings, "--publish", "*", "--key-file", file.toString());
        assertThat(new Authority(settings, new ManualTicker()).publisher(token).anonymous())
                .isFalse();
        assertRefused(settings, "give its file with --key-file", "--publish=*");
        assertRefused(settings, "does not belong to the configured public key", "--publish=*", "--key-file=" + wrong);
        assertRefused(settings, "does not exist", "--publish=*", "--key-file=" + folder.resolve("none"));
        Files.writeString(wrong, pem("PUBLIC KEY", pair.getPublic()));
        assertRefused(settings, "is not a private key", "--publish=*", "--key-file=" + wrong);
    }

    @Test
    void theFileOfAKeyIsEnoughWhereNoneIsConfigured() throws Exception {
        String secret = "0123456789abcdef0123456789abcdef";
        Path file = Files.writeString(folder.resolve("secret"), "\uFEFF" + secret + "\n");
        Path tooShort = Files.writeString(folder.resolve("short"), "short");
        Path tooLong = Files.writeString(folder.resolve("long"), "x".repeat(64 * 1024 + 1));
        AuthSettings server = settings(SECRET, SECRET);

        for (AuthSettings settings : List.of(settings(null, null), settings(TokenKey.random(), null), server)) {
            String token = token(settings, "--publish=*", "--subscribe=*", "--key-file", file.toString());
            assertThat(new Authority(server, new ManualTicker())
                            .publisher(token)
                            .anonymous())
                    .isFalse();
        }
        assertRefused(
                settings(OTHER, OTHER), "does not hold the configured secret", "--publish=*", "--key-file=" + file);
        assertRefused(settings(null, null), "HS256 needs at least 32", "--publish=*", "--key-file=" + tooShort);
        assertRefused(settings(null, null), "64 KiB", "--publish=*", "--key-file=" + tooLong);
    }

    @Test
    void aPrivateKeyIsUsedByTheConfiguredAlgorithm() throws Exception {
        KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        Path file = Files.writeString(folder.resolve("private.pem"), pem("PRIVATE KEY", pair.getPrivate()));
        TokenKey key = TokenKey.of(TokenAlgorithm.EDDSA, pem("PUBLIC KEY", pair.getPublic()));
        AuthSettings none =
                new AuthSettings(null, null, true, false, "c", false, TokenLimits.DEFAULTS, TokenAlgorithm.EDDSA);

        String token = token(none, "--publish=*", "--key-file", file.toString());

        assertThat(new Authority(settings(key, null), new ManualTicker())
                        .publisher(token)
                        .anonymous())
                .isFalse();
        assertRefused(
                settings(null, null),
                "is a key in PEM, and HS256 needs a secret text",
                "--publish=*",
                "--key-file=" + file);
    }

    @Test
    void keysThatAreSetApartMakeTokensOfTheirOwn() {
        AuthSettings settings = settings(SECRET, OTHER);
        Authority authority = new Authority(settings, new ManualTicker());

        assertThat(authority.publisher(token(settings, "--publish=*")).anonymous())
                .isFalse();
        assertThat(authority.subscriber(token(settings, "--subscribe=*")).anonymous())
                .isFalse();
        assertRefused(settings, "make two tokens", "--publish=*", "--subscribe=*");
        assertRefused(settings(SECRET, null), "No key for making tokens is configured", "--subscribe=*");
    }

    @Test
    void whatCantBeMadeIsToldInWords() {
        AuthSettings settings = settings(SECRET, SECRET);

        assertRefused(settings, "give --publish, --subscribe or both");
        assertRefused(settings(null, null), "set fanfare.auth.key", "--publish=*");
        assertRefused(settings(TokenKey.random(), null), "set fanfare.auth.key", "--publish=*");
        assertRefused(settings, "--expires '60' has no unit", "--publish=*", "--expires=60");
        assertRefused(settings, "--expires '0s' is out of range", "--publish=*", "--expires=0s");
        assertRefused(settings, "--expires '3651d' is out of range", "--publish=*", "--expires=3651d");
        assertRefused(settings, "has an invalid selector", "--publish=");
    }
}
