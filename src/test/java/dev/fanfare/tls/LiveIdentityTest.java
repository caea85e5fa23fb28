package dev.fanfare.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.fanfare.testing.PemFiles;
import dev.fanfare.testing.Pipes;
import dev.fanfare.testing.RecordedLog;
import dev.fanfare.tls.TlsFault.Part;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.logging.Level;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(240)
class LiveIdentityTest {
    @TempDir
    Path folder;

    private PemFiles pem;

    @BeforeEach
    void prepare() {
        pem = new PemFiles(folder);
    }

    private TlsFiles files(String certificate, String key, @Nullable String password) {
        return new TlsFiles(pem.file(certificate), pem.file(key), password == null ? null : pem.file(password));
    }

    private static TlsFault fault(TlsFiles files, Instant now) {
        TlsFault fault = catchThrowableOfType(TlsFault.class, () -> LiveIdentity.check(files, now));
        assertThat(fault).isNotNull();
        return fault;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out a.key",
                "genrsa -traditional -out a.key 2048",
                "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out a.key",
                "ecparam -name secp384r1 -genkey -out a.key",
                "ecparam -name prime256v1 -genkey -noout -out a.key",
                "genpkey -algorithm ED25519 -out a.key"
            })
    void keysOfAllKindsAreReadAsOpensslWritesThem(String command) {
        pem.openssl(command.split(" "));
        pem.certify("a.key", "a.crt", "a");

        assertThatCode(() -> new LiveIdentity(files("a.crt", "a.key", null), Instant::now).newEngine())
                .doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = {"-v2 aes-256-cbc", "-v2 aes-128-cbc -v2prf hmacWithSHA512", "-v1 PBE-SHA1-3DES"})
    void anEncryptedKeyIsReadWithItsPasswordAndRefusedInWordsWithoutIt(String how) throws IOException {
        pem.pair("a");
        Files.writeString(pem.file("password"), "correct horse\n");
        Files.writeString(pem.file("wrong"), "battery staple\n");
        pem.openssl(("pkcs8 -topk8 -in a.key -out b.key -passout file:password " + how).split(" "));

        LiveIdentity.check(files("a.crt", "b.key", "password"), Instant.now());

        TlsFault none = fault(files("a.crt", "b.key", null), Instant.now());
        assertThat(none.part()).isEqualTo(Part.KEY);
        assertThat(none.words()).contains("is encrypted", "fanfare.http.tls.key-password-file");
        TlsFault wrong = fault(files("a.crt", "b.key", "wrong"), Instant.now());
        assertThat(wrong.part()).isEqualTo(Part.PASSWORD);
        assertThat(wrong.words()).doesNotContain("battery");
        TlsFault needless = fault(files("a.crt", "a.key", "password"), Instant.now());
        assertThat(needless.part()).isEqualTo(Part.PASSWORD);
    }

    @Test
    void aKeyEncryptedBeforePkcs8IsRefusedWithTheCommandThatConvertsIt() throws IOException {
        pem.pair("a");
        Files.writeString(pem.file("password"), "correct horse\n");
        pem.openssl("ec", "-in", "a.key", "-aes256", "-passout", "file:password", "-out", "b.key");

        assertThat(fault(files("a.crt", "b.key", "password"), Instant.now()).words())
                .contains("openssl pkcs8 -topk8");
    }

    @Test
    void theKeyOfAnotherCertificateIsRefused() {
        pem.pair("a").pair("b");
        pem.openssl("genpkey", "-algorithm", "ED25519", "-out", "c.key");

        assertThat(fault(files("a.crt", "b.key", null), Instant.now()).words()).contains("CN=a", "is not the key");
        assertThat(fault(files("a.crt", "c.key", null), Instant.now()).words()).contains("CN=a", "is not the key");
    }

    @Test
    void aCertificateThatIsOverOrNotYetValidIsRefused() {
        pem.pair("a");
        TlsFiles files = files("a.crt", "a.key", null);

        TlsFault over = fault(files, Instant.now().plus(Duration.ofDays(31)));
        assertThat(over.part()).isEqualTo(Part.CERTIFICATE);
        assertThat(over.words()).contains("has expired", "CN=a");
        assertThat(fault(files, Instant.now().minus(Duration.ofDays(1))).words())
                .contains("valid only from");
    }

    @Test
    void whatIsNoPemIsRefused() throws IOException {
        pem.pair("a");
        String half = Files.readString(pem.file("a.crt"));
        Files.writeString(pem.file("half.crt"), half.substring(0, half.length() / 2));
        String key = Files.readString(pem.file("a.key"));
        Files.writeString(pem.file("half.key"), key.substring(0, key.length() / 2));
        Files.writeString(pem.file("empty"), "");
        Files.writeString(pem.file("odd.key"), "-----BEGIN EC PRIVATE KEY-----\nMIL/\n-----END EC PRIVATE KEY-----\n");
        Files.write(pem.file("large"), new byte[2 << 20]);

        for (String certificate : new String[] {"half.crt", "empty", "a.key", "large", "none", "."}) {
            assertThat(fault(files(certificate, "a.key", null), Instant.now()).part())
                    .as(certificate)
                    .isEqualTo(Part.CERTIFICATE);
        }
        for (String wrong : new String[] {"half.key", "empty", "a.crt", "odd.key", "large", "none", "."}) {
            assertThat(fault(files("a.crt", wrong, null), Instant.now()).part())
                    .as(wrong)
                    .isEqualTo(Part.KEY);
        }
    }

    @Test
    void aChainBeginsWithTheServersCertificate() throws IOException {
        pem.pair("root");
        pem.openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", "leaf.key");
        pem.openssl("req", "-new", "-key", "leaf.key", "-subj", "/CN=leaf", "-out", "leaf.csr");
        pem.openssl(
                "x509",
                "-req",
                "-in",
                "leaf.csr",
                "-CA",
                "root.crt",
                "-CAkey",
                "root.key",
                "-CAcreateserial",
                "-days",
                "10",
                "-out",
                "leaf.crt");
        String leaf = Files.readString(pem.file("leaf.crt"));
        String root = Files.readString(pem.file("root.crt"));
        Files.writeString(pem.file("chain"), "a comment\n" + leaf + "Bag Attributes\n" + root);
        Files.writeString(pem.file("reverse"), root + leaf);
        Files.writeString(pem.file("all"), Files.readString(pem.file("leaf.key")) + leaf + root);

        LiveIdentity.check(files("chain", "leaf.key", null), Instant.now());
        LiveIdentity.check(files("all", "all", null), Instant.now());
        assertThat(fault(files("reverse", "leaf.key", null), Instant.now()).words())
                .contains("out of order", "CN=root", "CN=leaf");
    }

    private void replace(String name, String by) throws IOException {
        Files.copy(pem.file(by), pem.file(name), StandardCopyOption.REPLACE_EXISTING);
    }

    @Test
    void filesThatChangeAreUsedOnceTheyRestAndUnsoundOnesKeepTheOldWithOneLine() throws IOException {
        pem.pair("a").pair("b");
        replace("used.crt", "a.crt");
        replace("used.key", "a.key");
        LiveIdentity identity = new LiveIdentity(files("used.crt", "used.key", null), Instant::now);
        try (RecordedLog log = new RecordedLog(LiveIdentity.class.getName())) {
            SSLContext first = identity.context();
            identity.look();
            assertThat(identity.context()).isSameAs(first);

            replace("used.crt", "b.crt"); // half way
            identity.look();
            assertThat(log.messages()).isEmpty();
            for (int i = 0; i < 5; i++) {
                identity.look();
            }
            assertThat(identity.context()).isSameAs(first);
            assertThat(log.count(Level.WARNING)).isEqualTo(1);
            assertThat(log.messages().get(0)).contains("CN=a", "stays", "used.key", "is not the key");

            replace("used.key", "b.key");
            identity.look();
            identity.look();
            assertThat(identity.context()).isNotSameAs(first);
            SSLContext second = identity.context();

            String half = Files.readString(pem.file("b.crt")).substring(0, 200);
            Files.writeString(pem.file("used.crt"), half);
            identity.look();
            identity.look();
            Files.delete(pem.file("used.crt"));
            identity.look();
            identity.look();
            identity.look();
            assertThat(identity.context()).isSameAs(second);
            assertThat(log.count(Level.WARNING)).isEqualTo(3);
        }
    }

    @Test
    void aPipeInPlaceOfAFileIsRefusedAndHoldsNobody() throws Exception {
        pem.pair("a").pair("b");
        replace("used.crt", "a.crt");
        replace("used.key", "a.key");
        LiveIdentity identity = new LiveIdentity(files("used.crt", "used.key", null), Instant::now);
        SSLContext first = identity.context();

        Files.delete(pem.file("used.crt"));
        Pipes.make(pem.file("used.crt"));
        assertTimeoutPreemptively(Duration.ofSeconds(30), () -> {
            identity.look();
            identity.look();
        });
        assertThat(identity.context()).isSameAs(first);
        assertThat(fault(files("used.crt", "used.key", null), Instant.now()).words())
                .contains("pipe");

        Files.delete(pem.file("used.crt"));
        replace("used.crt", "b.crt");
        replace("used.key", "b.key");
        identity.look();
        identity.look();
        assertThat(identity.context()).isNotSameAs(first);
    }

    @Test
    void aCertificateThatEndsSoonIsSaidOnce() {
        pem.pair("a");
        try (RecordedLog log = new RecordedLog(LiveIdentity.class.getName())) {
            Instant late = Instant.now().plus(Duration.ofDays(25));
            LiveIdentity identity = new LiveIdentity(files("a.crt", "a.key", null), () -> late);
            identity.look();
            assertThat(log.messages()).singleElement().asString().contains("ends soon");
        }
    }

    @Test
    void aCertificateForDevelopmentIsMadeOnceAndKept() throws IOException {
        TlsFiles files = files("dev.crt", "dev.key", null);
        DevCertificate.ensure(files, Instant.now());
        String made = Files.readString(files.certificate());
        LiveIdentity.check(files, Instant.now());
        if (files.key().getFileSystem().supportedFileAttributeViews().contains("posix")) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(files.key())))
                    .isEqualTo("rw-------");
        }

        DevCertificate.ensure(files, Instant.now());
        assertThat(Files.readString(files.certificate())).isEqualTo(made);
        Files.writeString(files.key(), "no key");
        DevCertificate.ensure(files, Instant.now());
        assertThat(Files.readString(files.certificate())).isNotEqualTo(made);
        LiveIdentity.check(files, Instant.now());
    }
}
