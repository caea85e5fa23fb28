package dev.fanfare.rest.head;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RequestTargetTest {

    @ParameterizedTest
    @ValueSource(strings = {"", "/", "/a/b", "%20", "%C3%A9", "%f0%9F%98%80", "a=b&c=%25zz", "%00", "a%2Fb"})
    void acceptsWhatDecodesToText(String raw) {
        assertThat(RequestTarget.faultIn("path", raw)).isNull();
    }

    @Test
    void acceptsAnAbsentPart() {
        assertThat(RequestTarget.faultIn("query", null)).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"%", "%4", "a%zz", "%%20", "%2\u0661", "%+1", "%-1"})
    void refusesAPercentSignWithoutTwoHexDigits(String raw) {
        assertThat(RequestTarget.faultIn("query", raw))
                .startsWith("The query has a percent sign at offset " + raw.indexOf('%'));
    }

    @ParameterizedTest
    @ValueSource(strings = {"%ff", "%c3%28", "%c3", "%c0%af", "%ed%a0%80", "%f5%80%80%80", "%e2%82x"})
    void refusesBytesThatAreNotUtf8(String raw) {
        assertThat(RequestTarget.faultIn("path", raw)).contains("not UTF-8");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\u00e9", "a b", "\ufffd", "\u007f", "\t"})
    void refusesCharactersThatAUriCannotHave(String raw) {
        assertThat(RequestTarget.faultIn("path", raw)).contains("percent-encoded, as UTF-8");
    }
}
