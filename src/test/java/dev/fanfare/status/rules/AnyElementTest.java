package dev.fanfare.status.rules;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.status.ScriptedSource;
import jakarta.json.JsonValue;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The token {@code *} in pointers. */
class AnyElementTest {
    private static JsonValue json(String text) {
        return ScriptedSource.json(text.replace('\'', '"'));
    }

    private static void assertSame(ChangeRule rule, String one, String other) {
        assertThat(rule.idOf(json(one))).isEqualTo(rule.idOf(json(other)));
    }

    private static void assertDiffers(ChangeRule rule, String one, String other) {
        assertThat(rule.idOf(json(one))).isNotEqualTo(rule.idOf(json(other)));
    }

    @Test
    void anElementOfEachItemIsIgnored() {
        ChangeRule rule = ChangeRule.ignoring(List.of("/items/*/at"));
        assertSame(rule, "{'items':[{'n':1,'at':1},{'n':2,'at':1}]}", "{'items':[{'n':1,'at':7},{'n':2}]}");
        assertDiffers(rule, "{'items':[{'n':1,'at':1}]}", "{'items':[{'n':2,'at':1}]}");
        assertDiffers(rule, "{'items':[{'n':1}],'at':1}", "{'items':[{'n':1}],'at':2}");
    }

    @Test
    void aMemberOfEachMemberIsIgnored() {
        ChangeRule rule = ChangeRule.ignoring(List.of("/hosts/*/seen"));
        assertSame(rule, "{'hosts':{'a':{'up':true,'seen':1},'*':{'seen':1}}}", "{'hosts':{'a':{'up':true},'*':{}}}");
        assertDiffers(rule, "{'hosts':{'a':{'up':true}}}", "{'hosts':{'a':{'up':false}}}");
    }

    @Test
    void aNamedAndAnAnyTokenHoldSideBySide() {
        ChangeRule rule = ChangeRule.ignoring(List.of("/a/x", "/*/y", "/*/*/z"));
        assertSame(rule, "{'a':{'x':1,'y':1,'b':{'z':1}}}", "{'a':{'x':2,'y':2,'b':{'z':2}}}");
        assertSame(rule, "{'c':{'y':1}}", "{'c':{'y':2}}");
        assertDiffers(rule, "{'c':{'x':1}}", "{'c':{'x':2}}");
    }

    @Test
    void allElementsCanBeIgnored() {
        ChangeRule rule = ChangeRule.ignoring(List.of("/list/*"));
        assertSame(rule, "{'list':[1,2,3]}", "{'list':[]}");
        assertDiffers(rule, "{'list':[1]}", "{'list':1}");
    }

    @Test
    void theNumberOfEachElementHasADeadBand() {
        ChangeRule rule = ChangeRule.of(
                List.of(), List.of(DeadBand.parse("/hosts/*/load:5"), DeadBand.parse("/hosts/b/load:50")));
        Fingerprint before = rule.fingerprint(json("{'hosts':{'a':{'load':10},'b':{'load':10}}}"));
        assertThat(rule.fingerprint(json("{'hosts':{'a':{'load':14},'b':{'load':40}}}"))
                        .differsFrom(before))
                .as("each within a band, b within the wider of two")
                .isFalse();
        assertThat(rule.fingerprint(json("{'hosts':{'a':{'load':16},'b':{'load':10}}}"))
                        .differsFrom(before))
                .isTrue();
        assertThat(rule.fingerprint(json("{'hosts':{'a':{'load':10},'b':{'load':61}}}"))
                        .differsFrom(before))
                .isTrue();
    }

    /** Each pointer follows each value once; if it branched at each token, this would never end. */
    @Test
    void manyPointersOfManyTokensCostNoMoreThanTheirNumber() {
        List<String> pointers = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            StringBuilder pointer = new StringBuilder();
            for (int depth = 0; depth < 40; depth++) {
                pointer.append((i >> (depth % 5) & 1) == 0 ? "/*" : "/a");
            }
            pointers.add(pointer.append('/').append(i).toString());
        }
        ChangeRule rule = ChangeRule.ignoring(pointers);
        String open = "{'a':".repeat(40);
        String close = "}".repeat(40);
        assertSame(rule, open + "{'0':1,'19':2,'x':3}" + close, open + "{'x':3}" + close);
        assertDiffers(rule, open + "{'x':3}" + close, open + "{'x':4}" + close);
    }
}
