package dev.fanfare.status.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.status.ScriptedSource;
import jakarta.json.Json;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChangeRuleTest {

    private static String id(String json) {
        return ChangeRule.ANY.idOf(ScriptedSource.json(json));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"a":1,"b":2}          | { "b" : 2 , "a" : 1 }
            1                      | 1.0
            1                      | 1e0
            100                    | 1E2
            -0                     | 0.00
            0.5                    | 50e-2
            "a"                    | "\\u0061"
            {"x":{"d":1,"c":[1]}}  | {"x":{"c":[1.00],"d":1}}
            """)
    void whatIsWrittenOtherwiseIsTheSame(String one, String other) {
        assertThat(id(one)).isEqualTo(id(other)).matches("[0-9a-f]{16}");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"a":1}      | {"a":2}
            {"a":1}      | {"a":"1"}
            [1,2]        | [2,1]
            null         | "null"
            {"a":[]}     | {"a":{}}
            1            | -1
            1            | 10
            0.1          | 1
            "\\ud800"    | "?"
            ["a","b"]    | ["a\\",\\"b"]
            1e999999999  | 1e999999998
            """)
    void anotherValueIsAnotherId(String one, String other) {
        assertThat(id(one)).isNotEqualTo(id(other));
    }

    /** Ids must mean the same after an update of the software, so this one may never change. */
    @Test
    void theIdIsTheBeginningOfTheHashOfTheCanonicalValue() throws Exception {
        byte[] hash = java.security.MessageDigest.getInstance("SHA-256")
                .digest("{\"a\":[1e2,5e-1,true,null],\"b\":\"x\\\"\\u000a\"}".getBytes("UTF-8"));
        assertThat(id("{\"b\":\"x\\\"\\n\",\"a\":[100,0.5,true,null]}"))
                .isEqualTo(java.util.HexFormat.of().formatHex(hash).substring(0, 16));
    }

    @Test
    void ignoredMembersDoNotCount() {
        ChangeRule rule = ChangeRule.ignoring(List.of("/at", "/steps/0/took", "/a~1b", "/missing/deep"));
        assertThat(rule.idOf(ScriptedSource.json("{\"at\":1,\"steps\":[{\"took\":1,\"n\":1}],\"a/b\":1}")))
                .isEqualTo(rule.idOf(ScriptedSource.json("{\"at\":2,\"steps\":[{\"took\":2,\"n\":1}]}")))
                .isNotEqualTo(rule.idOf(ScriptedSource.json("{\"at\":1,\"steps\":[{\"took\":1,\"n\":2}]}")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "at", "#/at"})
    void refusesWhatIsNoPointerToAPart(String pointer) {
        assertThatThrownBy(() -> ChangeRule.ignoring(List.of(pointer)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("JSON Pointer");
    }

    @Test
    void hugeExponentsCostNothing() {
        BigDecimal huge = new BigDecimal(BigInteger.TEN.pow(20), Integer.MIN_VALUE);
        assertThat(ChangeRule.ANY.idOf(Json.createValue(huge))).hasSize(16);
        assertThat(id("1e999999999")).isEqualTo(id("10e999999998"));
    }

    @Test
    void refusesWhatIsNestedTooDeep() {
        String deep = "[".repeat(200) + "]".repeat(200);
        assertThatThrownBy(() -> id(deep)).hasMessageContaining("deeper than 100");
    }
}
