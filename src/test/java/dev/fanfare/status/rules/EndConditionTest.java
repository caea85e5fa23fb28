package dev.fanfare.status.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.status.ScriptedSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EndConditionTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            /status=done,failed             | {"status":"failed"}              | true
            /status=done,failed             | {"status":"running"}             | false
            /status=done,failed             | {"state":"done"}                 | false
            /status=done;/progress=100      | {"status":"x","progress":100}    | true
            /progress=100                   | {"progress":"100"}               | true
            /progress=100                   | {"progress":100.0}               | true
            /progress=100                   | {"progress":1e2}                 | true
            /progress=100                   | {"progress":1e999999999}         | false
            /done=true                      | {"done":true}                    | true
            /done=true                      | {"done":"true"}                  | true
            /done=true                      | {"done":false}                   | false
            /result=null                    | {"result":null}                  | true
            /job/steps/1/state=done         | {"job":{"steps":[1,{"state":"done"}]}} | true
            /job/steps/9/state=done         | {"job":{"steps":[]}}             | false
            /job/steps/x/state=done         | {"job":{"steps":[]}}             | false
            /a~1b=1                         | {"a/b":1}                        | true
            /o={}                           | {"o":{}}                         | false
            /status=done                    | "done"                           | false
            =done                           | "done"                           | true
            /a*/*b=*                        | {"a*":{"*b":"*"}}                | true
            /status = done , failed         | {"status":"failed"}              | true
            """)
    void comparesTheValueAtThePointerWithTheTexts(String condition, String status, boolean ends) {
        assertThat(EndCondition.parse(condition).holds(ScriptedSource.json(status)))
                .isEqualTo(ends);
    }

    @Test
    void anEmptyConditionNeverHolds() {
        assertThat(EndCondition.parse(" ").holds(ScriptedSource.json("{}"))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/items/*/state=done", "/state=done;/*=done", "/*/*=1"})
    void anyElementIsNotTakenSinceItIsNotSaidHowManyHaveToBeOver(String condition) {
        assertThatThrownBy(() -> EndCondition.parse(condition))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + condition + "'")
                .hasMessageContaining("has the token *, and an end takes none; name one value");
    }

    @ParameterizedTest
    @ValueSource(strings = {"status=done", "/status", "/status=", "/status=done,", "/status=done;", "done"})
    void saysWhatIsWrongAndHowToWriteIt(String condition) {
        assertThatThrownBy(() -> EndCondition.parse(condition))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + condition + "'")
                .hasMessageContaining("write it like '/status=done,failed'");
    }
}
