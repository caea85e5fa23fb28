package dev.fanfare.rest.cors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CorsSettingsTest {

    @Test
    void refusesAllOriginsWithCredentials() {
        assertThatThrownBy(() -> settings(List.of("*"), null, true))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("allow-origins has '*' and allow-credentials is true");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://example.org",
                "http://localhost:8080",
                "https://[::1]:8443",
                "chrome-extension://abcdefgh",
                "http://a:8080",
                "null"
            })
    void acceptsOriginsAsBrowsersWriteThem(String origin) {
        assertThat(settings(List.of(origin), null, true).allowOrigins()).containsExactly(origin);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://example.org/",
                "https://example.org/path",
                "example.org",
                "https://Example.org",
                "https://*.example.org",
                "https://a.example,https://b.example",
                "https://a@b",
                ""
            })
    void refusesWhatNoBrowserSendsAsAnOrigin(String origin) {
        assertThatThrownBy(() -> settings(List.of(origin), null, false))
                .hasMessageContaining("allow-origins has '" + origin + "': an origin is like https://example.org");
    }

    @ParameterizedTest
    @CsvSource({"https://a.example:443, https://a.example", "http://[::1]:80, http://[::1]"})
    void refusesADefaultPort(String origin, String right) {
        assertThatThrownBy(() -> settings(List.of(origin), null, false)).hasMessageContaining("write '" + right + "'");
    }

    @Test
    void namesTheFaultInARegex() {
        assertThatThrownBy(() -> settings(List.of(), "https://(", false))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("allow-origin-regex")
                .hasMessageContaining("https://(");
    }

    @Test
    void reportsAllFaultsAtOnce() {
        assertThatThrownBy(() -> new CorsSettings(
                        List.of("*", "nonsense"),
                        "(",
                        List.of("GE T"),
                        List.of("X:Y"),
                        true,
                        List.of("*"),
                        Duration.ofSeconds(-1)))
                .hasMessageContainingAll(
                        "'nonsense'",
                        "allow-origin-regex",
                        "allow-methods has 'GE T'",
                        "allow-headers has 'X:Y'",
                        "allow-credentials",
                        "expose-headers",
                        "max-age");
    }

    @Test
    void writesMethodsInUpperCase() {
        CorsSettings settings =
                new CorsSettings(List.of(), null, List.of("get", "PUT"), List.of(), false, List.of(), Duration.ZERO);

        assertThat(settings.allowMethods()).containsExactly("GET", "PUT");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://localhost",
                "http://localhost:5173",
                "https://localhost:8443",
                "http://127.0.0.1:3000",
                "http://[::1]:3000"
            })
    void developmentAllowsThisMachine(String origin) {
        assertThat(allows(CorsSettings.development(), origin)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://localhost.evil.example",
                "http://evil.example",
                "http://notlocalhost",
                "http://localhost:1:2",
                "http://localhost:123456",
                "ftp://localhost",
                "null",
                "http://127.0.0.10"
            })
    void developmentAllowsNothingElse(String origin) {
        assertThat(allows(CorsSettings.development(), origin)).isFalse();
    }

    @Test
    void theRegexMustMatchTheWholeOrigin() {
        CorsSettings settings = settings(List.of(), "https://[a-z]+\\.example", false);

        assertThat(allows(settings, "https://a.example")).isTrue();
        assertThat(allows(settings, "https://a.example.evil")).isFalse();
        assertThat(allows(settings, "xhttps://a.example")).isFalse();
    }

    @Test
    void aRegexThatBacktracksWithoutEndMatchesNothing() {
        CorsSettings settings = settings(List.of(), "https://((a|b|ab)*)*c", false);

        assertThat(allows(settings, "https://" + "ab".repeat(100))).isFalse();
    }

    @Test
    void anOverlongOriginMatchesNothing() {
        CorsSettings settings = settings(List.of(), ".*", false);

        assertThat(allows(settings, "https://" + "a".repeat(504))).isTrue();
        assertThat(allows(settings, "https://" + "a".repeat(505))).isFalse();
    }

    @Test
    void severalOriginsAreNotOne() {
        AllowedOrigins origins = new AllowedOrigins(settings(List.of("https://a.example"), ".*", false));

        assertThat(origins.allow(List.of("https://a.example", "https://a.example")))
                .isFalse();
        assertThat(origins.allow(List.of("https://a.example https://b.example")))
                .isFalse();
        assertThat(origins.allow(List.of("https://a.example, https://b.example")))
                .isFalse();
        assertThat(origins.allow(List.of())).isFalse();
        assertThat(origins.allow(null)).isFalse();
    }

    @Test
    void theNullOriginHasToBeAllowedByName() {
        assertThat(allows(settings(List.of("https://a.example"), null, false), "null"))
                .isFalse();
        assertThat(allows(settings(List.of("null"), null, false), "null")).isTrue();
    }

    private static boolean allows(CorsSettings settings, String origin) {
        return new AllowedOrigins(settings).allow(List.of(origin));
    }

    private static CorsSettings settings(List<String> origins, @Nullable String regex, boolean credentials) {
        return new CorsSettings(origins, regex, List.of("GET"), List.of(), credentials, List.of(), Duration.ZERO);
    }
}
