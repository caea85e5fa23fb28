package dev.fanfare.status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTextTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "1]",
                "1}",
                "]",
                "}",
                "{}]",
                "[1]]",
                "\"a\"}",
                "1 [2]",
                "1[2]",
                "true{\"a\":1}",
                "null\"a\"",
                "1 2",
                "[1] 2",
                "{} {}",
                "\"a\" \"b\"",
                "x[1]",
                ",[1]",
                "[1],",
                "[1}",
                ""
            })
    void whatIsNotOneValueIsRefused(String text) {
        assertThatThrownBy(() -> JsonText.parse(text)).isInstanceOf(SourceFailure.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {" 1 ", "\n[1]\t", "{\"a\":[{}]}", " \"]\" ", "\"\\\"}\"", "true", "-1.5e3", "null"})
    void oneValueIsRead(String text) {
        assertThat(JsonText.parse(text)).isNotNull();
    }

    @Test
    void halfASurrogatePairIsWrittenAsItCame() {
        String text = "{\"\\ud800\":\"a\\udc00b\\ud83d\\ude00\"}";
        JsonObject value = JsonText.parse(text).asJsonObject();

        String written = JsonText.write(value);

        assertThat(written).isEqualTo("{\"\\ud800\":\"a\\udc00b\ud83d\ude00\"}");
        assertThat(JsonText.parse(written)).isEqualTo(value);
        assertThat(((JsonString) JsonText.parse(JsonText.quote("\ud800"))).getString())
                .isEqualTo("\ud800");
    }

    @Test
    void aTextWithoutHalfPairsIsWrittenAsTheLibraryDoes() {
        String text = "{\"a\":\"\ud83d\ude00ü\"}";
        assertThat(JsonText.write(JsonText.parse(text))).isEqualTo(text);
    }
}
