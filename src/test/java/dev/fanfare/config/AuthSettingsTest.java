package dev.fanfare.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.auth.AuthSettings;
import dev.fanfare.auth.TokenAlgorithm;
import dev.fanfare.auth.TokenIssuer;
import dev.fanfare.auth.TokenKey;
import dev.fanfare.auth.TokenLimits;
import dev.fanfare.testing.Pipes;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.util.Base64;
import java.util.List;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class AuthSettingsTest {
    private static final String SECRET = "0123456789abcdef0123456789abcdef";
    private static final String OTHER = "another secret of more than 32 bytes";
    private static final TokenKey KEY = TokenKey.of(TokenAlgorithm.HS256, SECRET);

    @TempDir
    Path folder;

    private static AuthSettings auth(Configuration configuration) {
        return configuration.settings().auth();
    }

    private static String pem() throws Exception {
        byte[] encoded = KeyPairGenerator.getInstance("Ed25519")
                .generateKeyPair()
                .getPublic()
                .getEncoded();
        return "-----BEGIN PUBLIC KEY-----\n" + Base64.getEncoder().encodeToString(encoded)
                + "\n-----END PUBLIC KEY-----\n";
    }

    @Test
    void withoutAKeyALoopbackHostMakesOneForThisRun() {
        AuthSettings auth = auth(Configuration.empty());

        assertThat(auth.publisherKey()).isNotNull().isEqualTo(auth.subscriberKey());
        assertThat(auth.publisherKey().ofThisRun()).isTrue();
        assertThat(auth.publisherKey()).isNotEqualTo(auth(Configuration.empty()).publisherKey());
        assertThat(auth.anonymousPublish()).isFalse();
        assertThat(auth.anonymousSubscribe()).isTrue();
        assertThat(auth.queryToken()).isFalse();
        assertThat(auth.cookie()).isEqualTo("mercureAuthorization");
    }

    @Test
    void withoutAKeyPublishingIsOffOnOtherHostsAndInAWebApplication() {
        AuthSettings open = auth(Configuration.with("fanfare.http.host", "0.0.0.0"));
        assertThat(open).isEqualTo(AuthSettings.DEFAULTS);
        assertThat(open.canPublish()).isFalse();

        assertThat(SettingsLoader.of(List.of(), new Properties()).auth()).isEqualTo(AuthSettings.DEFAULTS);
    }

    @Test
    void whileDevelopingEverybodyPublishesUnlessToldOtherwise() {
        AuthSettings dev = auth(Configuration.with("fanfare.dev", "true"));
        assertThat(dev.anonymousPublish()).isTrue();
        assertThat(dev.publisherKey()).isNull();

        assertThat(auth(Configuration.with("fanfare.dev", "true").and("fanfare.auth.anonymous-publish", "false"))
                        .canPublish())
                .isFalse();
    }

    @Test
    void aKeyIsForPublishersAndSubscribers() {
        AuthSettings auth = auth(Configuration.with("fanfare.auth.key", SECRET)
                .and("fanfare.auth.anonymous-subscribe", "false")
                .and("fanfare.auth.cookie", "session")
                .and("fanfare.auth.query-token", "true"));

        assertThat(auth).isEqualTo(new AuthSettings(KEY, KEY, false, false, "session", true, TokenLimits.DEFAULTS));
        assertThat(auth(Configuration.empty().variable("FANFARE_AUTH_KEY", SECRET))
                        .publisherKey())
                .isEqualTo(KEY);
    }

    @Test
    void aFileHoldsAKeyToo() throws Exception {
        Path file = Files.writeString(folder.resolve("key"), SECRET + "\n");

        assertThat(auth(Configuration.empty().variable("FANFARE_AUTH_KEY_FILE", file.toString()))
                        .subscriberKey())
                .isEqualTo(KEY);
    }

    @Test
    void publishersAndSubscribersCanBeSetApart() throws Exception {
        AuthSettings auth = auth(Configuration.with("fanfare.auth.key", SECRET)
                .and("fanfare.auth.subscriber.key", pem().strip().replace("\n", "\\n"))
                .and("fanfare.auth.subscriber.algorithm", "EdDSA"));
        assertThat(auth.publisherKey()).isEqualTo(KEY);
        assertThat(auth.subscriberKey()).isNotNull();
        assertThat(auth.subscriberKey().algorithm()).isEqualTo(TokenAlgorithm.EDDSA);

        AuthSettings one = auth(Configuration.with("fanfare.auth.publisher.key", SECRET));
        assertThat(one.publisherKey()).isEqualTo(KEY);
        assertThat(one.subscriberKey()).isNull();

        AuthSettings other = auth(Configuration.with("fanfare.auth.subscriber.key", SECRET));
        assertThat(other.subscriberKey()).isEqualTo(KEY);
        assertThat(other.publisherKey()).isNotNull();
        assertThat(TokenIssuer.of(other.publisherKey()).fits(KEY)).isFalse();
    }

    @Test
    void anAlgorithmWithoutItsKeyIsAFault() {
        assertThat(Configuration.with("fanfare.auth.key", SECRET)
                        .and("fanfare.auth.publisher.algorithm", "HS384")
                        .fault())
                .startsWith("fanfare.auth.publisher.algorithm = 'HS384' (FILE) belongs to no key: give"
                        + " fanfare.auth.publisher.key,");
    }

    @Test
    void aKeyThatDoesNotFitItsAlgorithmIsAFaultThatDoesNotShowIt() throws Exception {
        assertThat(Configuration.with("fanfare.auth.key", "too short").fault())
                .startsWith("fanfare.auth.key (FILE, value not shown): has 9 bytes, and HS256 needs at least 32")
                .doesNotContain("too short");
        String pem = pem().strip().replace("\n", "\\n");
        assertThat(Configuration.with("fanfare.auth.key", pem).fault())
                .startsWith("fanfare.auth.key (FILE, value not shown): is a key in PEM, and HS256 needs a secret text")
                .doesNotContain(pem.substring(40, 60));
        assertThat(Configuration.with("fanfare.auth.key", SECRET)
                        .and("fanfare.auth.algorithm", "RS256")
                        .fault())
                .contains("RS256 needs a public key in PEM")
                .doesNotContain(SECRET);
        assertThat(Configuration.with("fanfare.auth.jwks", "https://example.org/keys")
                        .fault())
                .contains("HS256 needs a secret");
    }

    @Test
    void allFaultsAreToldAtOnce() {
        List<String> faults = Configuration.with("fanfare.auth.key", SECRET)
                .and("fanfare.auth.key-file", folder.resolve("none").toString())
                .and("fanfare.auth.algorithm", "none")
                .and("fanfare.auth.publisher.key-file", folder.resolve("none").toString())
                .and("fanfare.auth.subscriber.jwks", "http://192.0.2.1/keys")
                .and("fanfare.auth.cookie", "a b")
                .and("fanfare.auth.query-token", "yes")
                .faults();

        assertThat(faults)
                .hasSize(6)
                .anyMatch(fault -> fault.startsWith("fanfare.auth.key (") && fault.contains("give one of them"))
                .anyMatch(fault -> fault.startsWith("fanfare.auth.algorithm = 'none'") && fault.contains("or EdDSA"))
                .anyMatch(fault ->
                        fault.startsWith("fanfare.auth.publisher.key-file") && fault.contains("does not exist"))
                .anyMatch(fault -> fault.startsWith("fanfare.auth.subscriber.jwks"))
                .anyMatch(fault -> fault.startsWith("fanfare.auth.cookie = 'a b'"))
                .anyMatch(fault -> fault.startsWith("fanfare.auth.query-token = 'yes'"))
                .noneMatch(fault -> fault.contains(SECRET));
    }

    @Test
    @Timeout(240)
    void whatHoldsItsReaderForEverIsRefusedAsAKey() throws Exception {
        String pipe = Pipes.make(folder.resolve("pipe")).toString();
        assertThat(Configuration.with("fanfare.auth.key-file", pipe).fault())
                .startsWith("fanfare.auth.key-file")
                .contains("a pipe");
        assertThat(Configuration.with("fanfare.auth.key-file", "/dev/zero").fault())
                .contains("a device");
        assertThat(Configuration.with("fanfare.auth.jwks", pipe)
                        .and("fanfare.auth.algorithm", "RS256")
                        .fault())
                .startsWith("fanfare.auth.jwks")
                .contains("a pipe");
        assertThat(Configuration.with("fanfare.auth.jwks", folder.toString())
                        .and("fanfare.auth.algorithm", "RS256")
                        .fault())
                .contains("a directory");
    }

    @Test
    void aFaultyKeyIsNotReplacedByOneForThisRun() {
        assertThat(Configuration.with("fanfare.auth.key", "short").faults()).hasSize(1);
        assertThat(Configuration.with("fanfare.auth.key", SECRET)
                        .and("fanfare.auth.key-file", OTHER)
                        .faults())
                .hasSize(1);
    }
}
