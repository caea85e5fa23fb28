package dev.fanfare.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UnknownKeysTest {

    @ParameterizedTest
    @CsvSource({
        "fanfare.http.prot,         fanfare.http.port",
        "fanfare.port,              fanfare.http.port",
        "fanfare.stream.heart-beat, fanfare.stream.heartbeat",
        "fanfare.cors.allow.origins, fanfare.cors.allow-origins",
        "fanfare.status.jobs.ulr,   fanfare.status.jobs.url",
        "fanfare.status.jobs.headers.X-Key, fanfare.status.jobs.header.X-Key",
    })
    void anUnknownKeyIsAFaultWithTheKeyThatWasMeant(String key, String meant) {
        assertThat(Configuration.with(key, "1").fault())
                .isEqualTo(key + " (FILE) is a key that this version does not know: did you mean " + meant + "?");
    }

    @Test
    void nothingIsSuggestedWhereNothingIsClose() {
        assertThat(Configuration.with("fanfare.nothing.of-that-kind", "x").fault())
                .isEqualTo("fanfare.nothing.of-that-kind (FILE) is a key that this version does not know: see"
                        + " docs/reference/configuration.md");
    }

    @Test
    void keysOfOtherProgramsAreLeftAloneButNotInOurFile() {
        assertThat(Configuration.empty()
                        .systemProperty("http.port", "1")
                        .variable("HTTP_PORT", "1")
                        .variable("FANFARES", "1")
                        .faults())
                .isEmpty();
        assertThat(Configuration.with("http.port", "1").fault())
                .isEqualTo("http.port (FILE) is a key that this version does not know: all keys begin with fanfare.");
    }

    @Test
    void anUnknownVariableIsAFault() {
        assertThat(Configuration.empty().variable("FANFARE_HTTP_PROT", "1").fault())
                .isEqualTo(
                        "FANFARE_HTTP_PROT (environment variable) is a key that this version does not know: did you mean"
                                + " FANFARE_HTTP_PORT?");
    }

    @Test
    void theTokenOfTheCommandsOfAClientKeepsNoServerFromStarting() {
        assertThat(Configuration.empty().variable("FANFARE_TOKEN", "a.b.c").faults())
                .isEmpty();
    }

    @Test
    void variablesForOtherPurposesAreNoFaults() {
        assertThat(Configuration.empty()
                        .variable("FANFARE_REQUIRE_BROWSER", "true")
                        .variable("FANFARE_REQUIRE_REDIS", "true")
                        .variable("FANFARE_SERVICE_HOST", "10.0.0.7")
                        .variable("FANFARE_SERVICE_PORT", "80")
                        .variable("FANFARE_SERVICE_PORT_HTTP", "80")
                        .variable("FANFARE_PORT", "tcp://10.0.0.7:80")
                        .variable("FANFARE_PORT_80_TCP", "tcp://10.0.0.7:80")
                        .variable("FANFARE_PORT_80_TCP_ADDR", "10.0.0.7")
                        .variable("FANFARE_HTTP_PORT", "tcp://10.0.0.8:80")
                        .variable("FANFARE_HTTP_SERVICE_HOST", "10.0.0.8")
                        .faults())
                .isEmpty();
    }
}
