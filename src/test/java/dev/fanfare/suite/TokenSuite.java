package dev.fanfare.suite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.testing.EventStream;
import dev.fanfare.testing.RawHttp;
import dev.fanfare.testing.Tokens;
import java.io.UncheckedIOException;
import java.net.SocketException;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may publish and subscribe. */
abstract class TokenSuite extends HubSubject {
    private static final String CHALLENGE = "WWW-Authenticate";

    TokenSuite(HttpSuite suite) {
        super(suite);
    }

    private RawHttp.Answer publishWith(String... headers) {
        return postAs(FORM, form("topic", topic, "data", "x"), List.of(headers));
    }

    private static String cookie(String token) {
        return "Cookie: a=b; mercureAuthorization=" + token + "; c=d";
    }

    private String own() {
        return "Origin: http://localhost:" + host().port();
    }

    @Test
    void whoBringsNoTokenPublishesNothingAndIsToldNoError() {
        RawHttp.Answer answer = publishWith();

        assertProblem(answer, 401, "unauthorized", "Authorization: Bearer");
        assertThat(answer.header(CHALLENGE)).isEqualTo("Bearer");
    }

    @ParameterizedTest
    @ValueSource(strings = {"*", "TOPIC", "https://example.com/{id}"})
    void aPublisherMayWhatItsTokenSays(String selector) {
        assertThat(publishWith(Tokens.header(Tokens.publisher("x", selector.replace("TOPIC", topic))))
                        .status())
                .isEqualTo(200);
    }

    @Test
    void aPublisherNeedsEveryTopic() {
        RawHttp.Answer answer =
                postAs(FORM, form("topic", topic, "topic", "other"), List.of(Tokens.header(Tokens.publisher(topic))));

        assertProblem(answer, 403, "forbidden", "every topic of this event");
        assertThat(answer.header(CHALLENGE)).isEqualTo("Bearer error=\"insufficient_scope\"");
    }

    @Test
    void theTokenOfASubscriberPublishesNothing() {
        assertProblem(publishWith(Tokens.header(Tokens.subscriber("*"))), 403, "forbidden", "publish");
    }

    static Stream<Arguments> brokenTokens() {
        String good = Tokens.publisher("*");
        String[] parts = good.split("\\.");
        String all = "{\"mercure\":{\"publish\":[\"*\"]}}";
        long now = Instant.now().getEpochSecond();
        return Stream.of(
                broken("ofAlgNone", Tokens.base64("{\"alg\":\"none\"}") + "." + parts[1] + "."),
                broken("ofAlgNoneWithASignature", Tokens.of("{\"alg\":\"none\"}", all, Tokens.SECRET)),
                broken("ofAlgNoneInOtherCase", Tokens.of("{\"alg\":\"NoNe\"}", all, Tokens.SECRET)),
                broken("relabelledHS512", Tokens.of("{\"alg\":\"HS512\"}", all, Tokens.SECRET)),
                broken("relabelledRS256", Tokens.of("{\"alg\":\"RS256\"}", all, Tokens.SECRET)),
                broken("ofAnAlgThatIsNoText", Tokens.of("{\"alg\":[\"HS256\"]}", all, Tokens.SECRET)),
                broken("withoutAlg", Tokens.of("{}", all, Tokens.SECRET)),
                broken("withCrit", Tokens.of("{\"alg\":\"HS256\",\"crit\":[\"x\"],\"x\":1}", all, Tokens.SECRET)),
                broken(
                        "signedByAnother",
                        Tokens.of("{\"alg\":\"HS256\"}", all, "another secret of more than 32 bytes")),
                broken("signedByTheEmptySecret", Tokens.of("{\"alg\":\"HS256\"}", all, "\0")),
                broken("withoutSignature", parts[0] + "." + parts[1] + "."),
                broken("withASignatureCutShort", good.substring(0, good.length() - 4)),
                broken("withASwappedPayload", parts[0] + "." + Tokens.base64(all + " ") + "." + parts[2]),
                broken("expired", Tokens.of("{\"exp\":" + (now - 60) + "," + all.substring(1))),
                broken("notYetValid", Tokens.of("{\"nbf\":" + (now + 600) + "," + all.substring(1))),
                broken("withAnExpThatIsNoNumber", Tokens.of("{\"exp\":\"never\"," + all.substring(1))),
                broken("withAClaimOfAWrongType", Tokens.of("{\"mercure\":[\"*\"]}")),
                broken("withSelectorsOfAWrongType", Tokens.of("{\"mercure\":{\"publish\":\"*\"}}")),
                broken("withASelectorOfAWrongType", Tokens.of("{\"mercure\":{\"publish\":[{}]}}")),
                broken("thatIsNoJson", Tokens.of("{\"alg\":\"HS256\"}", "hello", Tokens.SECRET)),
                broken(
                        "nestedDeep",
                        Tokens.of("{\"a\":" + "[".repeat(2000) + "]".repeat(2000) + "," + all.substring(1))),
                broken("thatIsNone", "hello"),
                broken("ofTwoParts", parts[0] + "." + parts[1]),
                broken("ofFourParts", good + ".x"),
                broken("ofFiveParts", good + ".x.y"),
                broken("ofDots", ".."));
    }

    private static Arguments broken(String name, String token) {
        return Arguments.of(Named.of(name, token));
    }

    @ParameterizedTest
    @MethodSource("brokenTokens")
    void aTokenThatDoesNotHoldIs401ForWhatever(String token) {
        RawHttp.Answer publish = publishWith(Tokens.header(token));
        assertProblem(publish, 401, "unauthorized", "");
        assertThat(publish.header(CHALLENGE)).startsWith("Bearer error=\"invalid_token\"");
        assertThat(publish.body()).doesNotContain(token, Tokens.SECRET);

        RawHttp.Answer subscribe = get(query(List.of(topic)), Tokens.header(token));
        assertProblem(subscribe, 401, "unauthorized", "");
        assertThat(publishWith(cookie(token), own()).status()).isEqualTo(401);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Bearer", "Bearer ", "Bearer a b", "Bearer \u00fc", "Bearer a\"b"})
    void aMalformedHeaderIsToldApart(String authorization) {
        RawHttp.Answer answer = publishWith("Authorization: " + authorization);

        if (isRefusedByTheServer(authorization, answer.status(), answer.body())) {
            return;
        }
        assertProblem(answer, 400, "bad-request", "holds no token");
        assertThat(answer.header(CHALLENGE)).isEqualTo("Bearer error=\"invalid_request\"");
    }

    @Test
    void anAuthorizationOfAnotherSchemeIsAsIfItWereNotThere() {
        String basic = "Authorization: Basic YTpi";
        assertThat(publishWith(basic).header(CHALLENGE)).isEqualTo("Bearer");
        assertThat(publishWith(basic, cookie(Tokens.publisher("*")), own()).status())
                .isEqualTo(200);
        assertThat(subscribe(List.of(topic), basic).status()).isEqualTo(200);
        EventStream byCookie = subscribe(List.of(topic), basic, cookie(Tokens.subscriber("*")));
        publish("topic", topic, "data", "secret", "private", "");
        assertThat(byCookie.next().data()).isEqualTo("secret");
    }

    @Test
    void theNamespacedClaimIsReadAsTheOtherIs() {
        String namespaced = Tokens.of("{\"https://mercure.rocks/\":{\"publish\":[\"*\"],\"subscribe\":[\"*\"]}}");
        EventStream stream = subscribe(List.of(topic), Tokens.header(namespaced));

        assertThat(postAs(FORM, form("topic", topic, "data", "x", "private", ""), List.of(Tokens.header(namespaced)))
                        .status())
                .isEqualTo(200);
        assertThat(stream.next().data()).isEqualTo("x");
        assertProblem(
                publishWith(Tokens.header(Tokens.of("{\"https://mercure.rocks/\":[]}"))),
                401,
                "unauthorized",
                "https://mercure.rocks/");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a{", "a{}", "a{b c}", "{a:0}", "a{b}{"})
    void aSelectorThatIsNoTemplateIsATopic(String odd) {
        String name = odd + topic;
        EventStream stream = subscribe(List.of(name), Tokens.header(Tokens.subscriber(name)));

        assertThat(postAs(
                                FORM,
                                form("topic", name, "data", "x", "private", ""),
                                List.of(Tokens.header(Tokens.publisher(name))))
                        .status())
                .isEqualTo(200);
        assertThat(stream.next().data()).isEqualTo("x");
    }

    @Test
    void aTokenOfAMegabyteIsRefused() {
        try {
            assertThat(publishWith(Tokens.header("a".repeat(1 << 20))).status()).isBetween(400, 431);
        } catch (UncheckedIOException e) {
            // Refused too: what it still sends to a connection that was closed may cost the client the answer.
            assertThat(e).hasCauseInstanceOf(SocketException.class);
        }
        assertThat(publishWith(Tokens.header(Tokens.publisher("*"))).status()).isEqualTo(200);
    }

    @Test
    void twoHeadersAreOneTooMany() {
        String good = Tokens.publisher("*");
        String other = Tokens.publisher(topic);

        assertProblem(publishWith(Tokens.header(good), Tokens.header(other)), 400, "bad-request", "more than one");
    }

    @Test
    void ofSeveralCookiesTheFirstThatHoldsCounts() {
        String good = "; mercureAuthorization=" + Tokens.publisher("*");
        for (String first : List.of("", "\"\"", "broken", "no token", Tokens.subscriberUntil(1, "*"))) {
            assertThat(publishWith("Cookie: mercureAuthorization=" + first + good, own())
                            .status())
                    .as(first)
                    .isEqualTo(200);
        }
        assertThat(publishWith("Cookie: a=b" + good + good, own()).status()).isEqualTo(200);
        String noTokens =
                "mercureAuthorization=%0; mercureAuthorization=%1; mercureAuthorization=%2; mercureAuthorization=%3";
        assertThat(publishWith("Cookie: " + noTokens + good, own()).status()).isEqualTo(200);
        assertProblem(publishWith(cookie("broken") + "; mercureAuthorization=expired", own()), 401, "unauthorized", "");
        assertProblem(publishWith(cookie("no token"), own()), 400, "bad-request", "holds no token");
    }

    @Test
    void anEmptyCookieIsNone() {
        assertThat(publishWith("Cookie: mercureAuthorization=", own()).header(CHALLENGE))
                .isEqualTo("Bearer");
        assertThat(subscribe(List.of(topic), "Cookie: mercureAuthorization=").status())
                .isEqualTo(200);
    }

    @Test
    void theHeaderWinsOverTheCookie() {
        assertThat(publishWith(Tokens.header(Tokens.publisher("*")), cookie("broken"))
                        .status())
                .isEqualTo(200);
        assertThat(publishWith(Tokens.header("broken"), cookie(Tokens.publisher("*")), own())
                        .status())
                .isEqualTo(401);
    }

    @Test
    void aCookiePublishesForPagesOfThisServerAndOfAllowedOrigins() {
        String cookie = cookie(Tokens.publisher("*"));

        assertThat(publishWith(cookie, own()).status()).isEqualTo(200);
        assertThat(publishWith(cookie, "Origin: " + HttpSuite.ALLOWED_ORIGIN).status())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Origin: http://evil.example", "Origin: null", "Origin: http://localhost"})
    void aCookieOfAnotherPagePublishesNothing(String origin) {
        String[] headers = origin.isEmpty()
                ? new String[] {cookie(Tokens.publisher("*"))}
                : new String[] {cookie(Tokens.publisher("*")), origin};

        assertProblem(publishWith(headers), 403, "forbidden", "Origin");
    }

    @Test
    void aTokenInTheQueryIsNotTaken() {
        String query = "&authorization=" + Tokens.subscriber("*");

        assertProblem(get(query(List.of(topic)) + query), 400, "bad-request", "query");
    }

    @Test
    void privateEventsGoToWhoMaySeeAnyOfTheirTopics() {
        EventStream anonymous = subscribe(topic);
        EventStream allowed = subscribe(List.of(topic), Tokens.header(Tokens.subscriber(topic)));
        EventStream byAlternate = subscribe(List.of(topic), Tokens.header(Tokens.subscriber(topic + "/{x}")));
        EventStream byCookie = subscribe(List.of(topic), cookie(Tokens.subscriber("*")));
        EventStream other = subscribe(List.of(topic), Tokens.header(Tokens.subscriber("other")));

        publish("topic", topic, "topic", topic + "/alternate", "data", "secret", "private", "");
        publish("topic", topic, "data", "open");

        assertThat(List.of(allowed, byAlternate, byCookie))
                .allSatisfy(stream -> assertThat(stream.next().data()).isEqualTo("secret"));
        assertThat(List.of(anonymous, other))
                .allSatisfy(stream -> assertThat(stream.next().data()).isEqualTo("open"));
    }

    @Test
    void aStreamEndsNoLaterThanItsToken() {
        assertEndsWithItsToken(token -> subscribe(List.of(topic), token));
        String over = Tokens.subscriberUntil(Instant.now().getEpochSecond() - 1, "*");
        assertThat(get(query(List.of(topic)), Tokens.header(over)).status()).isEqualTo(401);
    }
}
