package dev.fanfare.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.stduritemplate.StdUriTemplate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** URI templates as selectors: RFC 6570, read backwards. */
@Timeout(240)
class TemplateTest {

    private static boolean matches(String template, String topic) {
        return Selector.parse(template).matches(new Topic(topic));
    }

    /** Sections 3.2.2 to 3.2.9 of RFC 6570, and what is beside each of them. */
    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            quoteCharacter = '`',
            value = {
                "/a/{x} /a/value",
                "/a/{x} /a/",
                "/a/{x} /a/Hello%20World%21",
                "/a/{x} /a/one,two,three",
                "/a/{x,y} /a/1024,768",
                "/a/{x,y} /a/1024",
                "/a/{x:3} /a/val",
                "/a/{x:30} /a/value",
                "/a/{x:2} /a/%C3%A9%E2%82%AC",
                "/a/{x*} /a/semi=%3B,dot=.,comma=%2C",
                "/a/{x*} /a/red,green,blue",
                "/a/{+x} /a/foo/bar?q=1#f",
                "/a/{+x}/here /a/foo/bar/here",
                "/a/{+x,hello} /a/1024,Hello%20World!,768",
                "/a/{+x:6}/here /a/foo/b/here",
                "/a/{+x*} /a/semi=;,dot=.,comma=,",
                "/a{#x} /a#foo/bar",
                "/a{#x} /a",
                "/a{#x:6} /a#foo/b",
                "/a{#x*} /a#red,green",
                "/a{.x} /a.value",
                "/a{.x,y} /a.1024.768",
                "/a{.x*} /a.red.green.blue",
                "/a{.x*} /a.semi=%3B.dot=..comma=%2C",
                "/a{.x} /a",
                "/a{.x:3} /a.val",
                "/a{/x} /a/value",
                "/a{/x,y} /a/value/1024",
                "/a{/x,y}/here /a/value/1024/here",
                "/a{/x:1,y} /a/v/value",
                "/a{/x*} /a/red/green/blue",
                "/a{/x*,y:4} /a/red/green/blue/%2Ffoo",
                "/a{/x*} /a/semi=%3B/dot=./comma=%2C",
                "/a{;who} /a;who=fred",
                "/a{;empty} /a;empty",
                "/a{;v,empty,who} /a;v=6;empty;who=fred",
                "/a{;v,bar,who} /a;v=6;who=fred",
                "/a{;hello:5} /a;hello=Hello",
                "/a{;list} /a;list=red,green,blue",
                "/a{;list*} /a;list=red;list=green;list=blue",
                "/a{;keys*} /a;semi=%3B;dot=.;comma=%2C",
                "/a{?who} /a?who=fred",
                "/a{?x,y,empty} /a?x=1024&y=768&empty=",
                "/a{?x,y,undef} /a?x=1024&y=768",
                "/a{?x,y} /a?y=768",
                "/a{?x,y} /a",
                "/a{?var:3} /a?var=val",
                "/a{?list*} /a?list=red&list=green",
                "/a{?keys*} /a?semi=%3B&dot=.&comma=%2C",
                "/a?fixed=yes{&x} /a?fixed=yes&x=1024",
                "/a{&x,y,empty} /a&x=1024&y=768&empty=",
                "{x} anything",
                "{+x}{#y} http://example.com/a#b",
                "{.d*}{/p*}{?q*} .com/a/b?c=d&e=f",
                "/caf\u00E9/{x} /caf\u00E9/1",
                "/caf\u00E9/{x} /caf%C3%A9/1",
                "/{a.b}/{_c}/{%C3%A9} /1/2/3",
            })
    void selectsWhatItExpandsTo(String template, String topic) {
        assertThat(matches(template, topic)).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            quoteCharacter = '`',
            value = {
                "/a/{x} /a/b/c",
                "/a/{x} /a/b?c",
                "/a/{x} /b/c",
                "/a/{x} /a",
                "/a/{x} /a/%4",
                "/a/{x} /a/%zz",
                "/a/{x} /a/\u00E9",
                "/a/{x} /A/b",
                "/a/{x:3} /a/valu",
                "/a/{x:3} /a/a,b",
                "/a/{x:1} /a/%C3%A9%C3%A9",
                "/a/{+x}/here /a/foo/there",
                "/a/{+x} /a/100%",
                "/a{#x} /afoo",
                "/a{.x} /avalue",
                "/a{/x} /a/b/c",
                "/a{/x,y} /a/b/c/d",
                "/a{/x:1} /a/bc",
                "/a{/x*} /a?b",
                "/a{;who} /a;whom=fred",
                "/a{;x,y} /a;y=1;x=2",
                "/a{?who} /a?who",
                "/a{?who} /a?whom=fred",
                "/a{?x,y} /a?y=1&x=2",
                "/a{?x,y} /a?x=1&x=2",
                "/a{?x,y} /a&x=1",
                "/a{?x*} /a?novalue",
                "/a{&x} /a?x=1",
                "/a/{x}/b /a/1/b/",
                "/a/{x}{y}/c /a/1/b/c",
            })
    void selectsNothingElse(String template, String topic) {
        assertThat(matches(template, topic)).isFalse();
    }

    @Test
    void aTopicThatIsWrittenLikeTheTemplateIsSelected() {
        assertThat(matches("/a/{x}/b{?y}", "/a/{x}/b{?y}")).isTrue();
        assertThat(matches("/a/{x}/b{?y}", "/a/{z}/b{?y}")).isFalse();
    }

    @Test
    void twoTemplatesAreEqualIfTheirTextsAre() {
        assertThat(Selector.parse("/a/{x}"))
                .isEqualTo(Selector.parse("/a/{x}"))
                .hasSameHashCodeAs(Selector.parse("/a/{x}"))
                .isNotEqualTo(Selector.parse("/a/{y}"))
                .isNotEqualByComparingTo(Selector.exact(new Topic("/a/{x}")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/a/{x",
                "{}",
                "/a/{x}}",
                "{{x}}",
                "{x}{",
                "{!x}",
                "{=x}",
                "{x y}",
                "{ x}",
                "{x,}",
                "{,x}",
                "{x,,y}",
                "{?}",
                "{+}",
                "{x:0}",
                "{x:-1}",
                "{x:10000}",
                "{x:99999999999}",
                "{x:}",
                "{x:a}",
                "{x:3*}",
                "{x*:3}",
                "{x**}",
                "{*x}",
                "{x..y}",
                "{x.}",
                "{a-b}",
                "{\u00E9}",
                "{x%2}",
                "{\"a\":1}",
            })
    void whatIsNoTemplateIsATopic(String text) {
        assertThat(Selector.parse(text)).isEqualTo(Selector.exact(new Topic(text)));
    }

    @Test
    void aTextWithoutAnOpeningBraceIsATopic() {
        assertThat(Selector.parse("a}b")).isInstanceOf(Selector.Exact.class);
    }

    @Test
    void whatIsTooLargeIsRefused() {
        assertThatThrownBy(() -> Selector.parse("{x}" + "a".repeat(4094)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("4096");
        assertThat(Selector.parse("{x}" + "a".repeat(4093))).isInstanceOf(Selector.Template.class);
        assertThatThrownBy(() -> Selector.parse("{x}".repeat(33)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("33 variables; at most 32");
        assertThatThrownBy(() -> Selector.parse("{" + "x,".repeat(33) + "x}"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(Selector.parse("{" + "x,".repeat(31) + "x}")).isInstanceOf(Selector.Template.class);
        for (String name : List.of("a".repeat(4000), "%41".repeat(1300), "a.".repeat(2000) + "a")) {
            assertThatThrownBy(() -> Selector.parse("{" + name + "}")).isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(Selector.parse("{" + "%41".repeat(42) + "}")).isInstanceOf(Selector.Template.class);
    }

    @Test
    void knowsWhatItsTopicsBeginWith() {
        assertThat(((Selector.Template) Selector.parse("/a/{x}")).prefix()).isEqualTo("/a/");
        assertThat(((Selector.Template) Selector.parse("{x}/a")).prefix()).isEmpty();
        assertThat(((Selector.Template) Selector.parse("/caf\u00E9/{x}")).prefix())
                .isEqualTo("/caf");
    }

    @Test
    void anyExpansionOfATemplateIsSelected() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 20_000; round++) {
            StringBuilder template = new StringBuilder();
            for (int part = 1 + random.nextInt(4); part > 0; part--) {
                template.append(random.nextBoolean() ? literal(random) : "").append(expression(random));
            }
            String text = template + literal(random);
            String topic = StdUriTemplate.expand(text, values(random));
            if (!topic.isEmpty()) {
                assertThat(matches(text, topic))
                        .as("seed %d: %s -> %s", seed, text, topic)
                        .isTrue();
            }
        }
    }

    private static String literal(Random random) {
        return List.of("/", "/a", "ab", "aab", "?q=1", ",", "=", "&x=").get(random.nextInt(8));
    }

    private static String expression(Random random) {
        List<String> variables = new ArrayList<>();
        for (int i = 1 + random.nextInt(3); i > 0; i--) {
            String name = List.of("text", "list", "map", "empty", "undef").get(random.nextInt(5));
            boolean isText = name.equals("text") || name.equals("empty");
            int modifier = random.nextInt(3);
            variables.add(name + (modifier == 1 ? "*" : modifier == 2 && isText ? ":" + (1 + random.nextInt(6)) : ""));
        }
        String operator = List.of("", "+", "#", ".", "/", ";", "?", "&").get(random.nextInt(8));
        return "{" + operator + String.join(",", variables) + "}";
    }

    private static Map<String, Object> values(Random random) {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("text", value(random));
        values.put("empty", "");
        values.put("list", List.of(value(random), value(random)));
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("k", value(random));
        map.put("a", value(random));
        values.put("map", map);
        return values;
    }

    private static String value(Random random) {
        StringBuilder value = new StringBuilder();
        for (int i = 1 + random.nextInt(6); i > 0; i--) {
            value.append(
                    List.of("a", "b", "Z", "9", "-", "~", "/", "?", "&", "=", ",", ";", " ", "\u00E9", "\u20AC", "%41")
                            .get(random.nextInt(16)));
        }
        return value.toString();
    }

    /** Against a matcher that goes back over all possibilities, on texts so short that it can. */
    @Test
    void agreesWithASimpleMatcherOnRandomTopics() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 50_000; round++) {
            String template = "";
            String regex = "";
            for (int part = 1 + random.nextInt(4); part > 0; part--) {
                int kind = random.nextInt(6);
                template += List.of("ab", "a", "{x}", "{+x}", "{/x}", "{x:2}").get(kind);
                regex += List.of("ab", "a", "[a-c,]*", "[a-c,/]*", "(?:/[a-c,]*)?", "[a-c]{0,2}")
                        .get(kind);
            }
            if (!template.contains("{")) {
                continue;
            }
            StringBuilder topic = new StringBuilder();
            for (int i = 1 + random.nextInt(6); i > 0; i--) {
                topic.append("abc/,".charAt(random.nextInt(5)));
            }
            assertThat(matches(template, topic.toString()))
                    .as("seed %d: %s and %s", seed, template, topic)
                    .isEqualTo(topic.toString().matches(regex));
        }
    }

    /** Not a measurement: a matcher that goes back would need longer than the universe is old. */
    @Test
    void templatesMadeToBeSlowAreNot() {
        String variables = "{a}".repeat(32);
        List<String> templates = List.of(
                variables + "!",
                "{+a}" + "a{+b}".repeat(31) + "!",
                "{a*}".repeat(32) + "!",
                "{/a*}".repeat(32) + "!",
                "{?a*}".repeat(32) + "!",
                "{a:9999}".repeat(32) + "!",
                "{+a}" + "a".repeat(2000) + "b{+c}" + "a".repeat(1900) + "!",
                "{;" + "a,".repeat(31) + "a}!");
        for (String template : templates) {
            for (String topic : List.of(
                    "a".repeat(4096),
                    "a".repeat(4095) + "!",
                    "%41".repeat(1365),
                    "/".repeat(4096),
                    ";a".repeat(2048),
                    "a=".repeat(2048),
                    ",".repeat(4096))) {
                Selector selector = Selector.parse(template);
                org.junit.jupiter.api.Assertions.assertTimeoutPreemptively(
                        Duration.ofSeconds(5), () -> selector.matches(new Topic(topic)));
            }
        }
    }
}
