package dev.fanfare.status.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OtherAddressesTest {
    private static final URI TARGET = URI.create("http://jobs.example:9090/a%20b?c=d");

    private @Nullable String before;

    @BeforeEach
    void unset() {
        before = System.clearProperty(OtherAddresses.ALLOWED);
    }

    @AfterEach
    void reset() {
        if (before == null) {
            System.clearProperty(OtherAddresses.ALLOWED);
        } else {
            System.setProperty(OtherAddresses.ALLOWED, before);
        }
    }

    private static InetAddress[] all(String host) throws UnknownHostException {
        return new InetAddress[] {
            InetAddress.getByName("192.0.2.1"), InetAddress.getByName("192.0.2.2"), InetAddress.getByName("::1")
        };
    }

    @Test
    void withoutTheNameOnlyThisMachineIsAsked() {
        assertThat(OtherAddresses.of(TARGET, OtherAddressesTest::all))
                .containsExactly(URI.create("http://[0:0:0:0:0:0:0:1]:9090/a%20b?c=d"));
    }

    @Test
    void underTheNameAllButTheFirstAreAsked() {
        System.setProperty(OtherAddresses.ALLOWED, "connection");
        OtherAddresses.allowNamingHosts();

        assertThat(System.getProperty(OtherAddresses.ALLOWED)).isEqualTo("connection,host");
        assertThat(OtherAddresses.of(TARGET, OtherAddressesTest::all))
                .containsExactly(
                        URI.create("http://192.0.2.2:9090/a%20b?c=d"),
                        URI.create("http://[0:0:0:0:0:0:0:1]:9090/a%20b?c=d"));
    }

    @Test
    void theSchemeStays() {
        assertThat(OtherAddresses.of(URI.create("https://jobs.example/a"), OtherAddressesTest::all))
                .containsExactly(URI.create("https://[0:0:0:0:0:0:0:1]/a"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://127.0.0.1:9090/", "http://[::1]/"})
    void anAddressIsNotLookedUp(String url) {
        assertThat(OtherAddresses.of(URI.create(url), host -> {
                    throw new AssertionError("looked up " + host);
                }))
                .isEmpty();
    }

    @Test
    void aHostThatIsNotFoundHasNoOthers() {
        assertThat(OtherAddresses.of(TARGET, host -> {
                    throw new UnknownHostException(host);
                }))
                .isEmpty();
    }
}
