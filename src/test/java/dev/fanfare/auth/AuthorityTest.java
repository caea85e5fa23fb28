package dev.fanfare.auth;

import static dev.fanfare.auth.TokenAlgorithm.ES256;
import static dev.fanfare.auth.TokenAlgorithm.HS256;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.fanfare.auth.TokenRefused.Kind;
import dev.fanfare.event.Topic;
import dev.fanfare.hub.Rights;
import dev.fanfare.testing.ManualTicker;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AuthorityTest {
    private static final Topic NEWS = new Topic("news");
    private static final Topic BOOKS = new Topic("books");

    private final ManualTicker ticker = new ManualTicker();

    private Authority authority(@Nullable TokenKey publisher, @Nullable TokenKey subscriber) {
        return new Authority(
                new AuthSettings(
                        publisher, subscriber, true, false, "mercureAuthorization", false, TokenLimits.DEFAULTS),
                ticker);
    }

    private Authority authority() {
        return authority(KeyPairs.key(HS256), KeyPairs.key(HS256));
    }

    private static TokenRefused refused(Authority authority, @Nullable String token) {
        return catchThrowableOfType(TokenRefused.class, () -> authority.publisher(token));
    }

    @ParameterizedTest
    @EnumSource
    void aTokenOfEachAlgorithmGrantsWhatItSays(TokenAlgorithm algorithm) {
        Authority authority = authority(KeyPairs.key(algorithm), KeyPairs.key(algorithm));
        String token = KeyPairs.issuer(algorithm)
                .issue(List.of("news", "books"), List.of("news"), ManualTicker.BEGIN.plusSeconds(60), null);

        Grant grant = authority.publisher(token);
        assertThat(grant.anonymous()).isFalse();
        assertThat(grant.mayPublish(List.of(NEWS, BOOKS))).isTrue();
        assertThat(grant.mayPublish(List.of(NEWS, new Topic("other")))).isFalse();
        assertThat(grant.mayPublish(List.of())).isFalse();
        assertThat(grant.maySubscribe(NEWS)).isTrue();
        assertThat(grant.maySubscribe(BOOKS)).isFalse();
        assertThat(grant.rights().allow(List.of(BOOKS, NEWS))).isTrue();
        assertThat(grant.rights().allow(List.of(BOOKS))).isFalse();
        assertThat(grant.expiresAt()).isEqualTo(ManualTicker.BEGIN.plusSeconds(60));
        assertThat(authority.subscriber(token)).isSameAs(grant);
    }

    @Test
    void withoutATokenPublicEventsAreReadAndNothingIsPublished() {
        Grant grant = authority().subscriber(null);

        assertThat(grant.anonymous()).isTrue();
        assertThat(grant.rights()).isSameAs(Rights.PUBLIC_ONLY);
        assertThat(grant.maySubscribe(NEWS)).isFalse();
        assertThat(grant.mayPublish(List.of(NEWS))).isFalse();
        assertThat(grant.expiresAt()).isNull();
        assertThat(refused(authority(), null).kind()).isEqualTo(Kind.MISSING);
    }

    @Test
    void anonymousPublishingLetsEverybodyPublishEverythingAndSeeNothingPrivate() {
        Authority authority =
                new Authority(new AuthSettings(null, null, false, true, "c", false, TokenLimits.DEFAULTS), ticker);

        Grant grant = authority.publisher(null);
        assertThat(grant.anonymous()).isTrue();
        assertThat(grant.mayPublish(List.of(NEWS, BOOKS))).isTrue();
        assertThat(grant.rights()).isSameAs(Rights.PUBLIC_ONLY);
        assertThat(catchThrowableOfType(TokenRefused.class, () -> authority.subscriber(null))
                        .kind())
                .isEqualTo(Kind.MISSING);
    }

    @Test
    void aTokenIsRefusedWhereThereIsNoKeyAlsoWhenNoneIsNeeded() {
        Authority authority =
                new Authority(new AuthSettings(null, null, true, true, "c", false, TokenLimits.DEFAULTS), ticker);

        TokenRefused refused = refused(authority, RawToken.payload(RawToken.PAYLOAD));
        assertThat(refused.kind()).isEqualTo(Kind.INVALID);
        assertThat(refused).hasMessageContaining("No key for checking tokens is configured");
    }

    @Test
    void aTokenThatIsNoGoodIsRefusedAlsoWhereNoneIsNeeded() {
        assertThat(catchThrowableOfType(TokenRefused.class, () -> authority().subscriber("x.y.z"))
                        .kind())
                .isEqualTo(Kind.INVALID);
    }

    @Test
    void aTokenEndsToTheMomentAlsoWhenItWasGoodBefore() {
        Authority authority = authority();
        String token = KeyPairs.issuer(HS256).issue(List.of("*"), List.of(), ManualTicker.BEGIN.plusSeconds(10), null);

        ticker.advance(Duration.ofSeconds(10).minusNanos(1));
        authority.publisher(token);
        ticker.advance(Duration.ofNanos(1));

        assertThat(refused(authority, token).kind()).isEqualTo(Kind.EXPIRED);
        assertThat(refused(authority, token).kind()).isEqualTo(Kind.EXPIRED);
    }

    @Test
    void aTokenBeginsFiveSecondsBeforeItsNbf() {
        Authority authority = authority();
        long notBefore = ManualTicker.BEGIN.plusSeconds(60).getEpochSecond();
        String token = RawToken.payload("{\"nbf\":" + notBefore + ",\"mercure\":{\"publish\":[\"*\"]}}");

        ticker.advance(Duration.ofSeconds(55).minusNanos(1));
        assertThat(refused(authority, token).kind()).isEqualTo(Kind.NOT_YET);
        ticker.advance(Duration.ofNanos(1));

        assertThat(authority.publisher(token).mayPublish(List.of(NEWS))).isTrue();
    }

    @Test
    void aTokenWithoutTheClaimIsGoodAndGrantsNothing() {
        for (String payload : List.of(
                "{}",
                "{\"mercure\":null}",
                "{\"mercure\":{}}",
                "{\"mercure\":{\"publish\":null,\"subscribe\":[],\"payload\":{\"user\":1}},\"scope\":[1,{\"a\":2}]}")) {
            Grant grant = authority().publisher(RawToken.payload(payload));
            assertThat(grant.anonymous()).isFalse();
            assertThat(grant.mayPublish(List.of(NEWS))).isFalse();
            assertThat(grant.rights()).isSameAs(Rights.PUBLIC_ONLY);
        }
    }

    @Test
    void theEndOfTimeIsNearEnoughToBeCountedInNanoseconds() {
        for (String exp : List.of("1e300", "1e99999", "99999999999999", "7258118400")) {
            Grant grant = authority().publisher(RawToken.payload("{\"exp\":" + exp + "}"));
            assertThat(grant.expiresAt()).isEqualTo(Instant.parse("2200-01-01T00:00:00Z"));
            assertThat(Duration.between(ManualTicker.BEGIN, grant.expiresAt()).toNanos())
                    .isPositive();
        }
    }

    @Test
    void aSubscribersKeyGrantsNoPublishingWhateverItsTokensSay() {
        Authority authority = authority(KeyPairs.key(ES256), KeyPairs.key(HS256));
        String token = RawToken.payload(RawToken.PAYLOAD);

        assertThat(refused(authority, token).kind()).isEqualTo(Kind.INVALID);
        Grant grant = authority.subscriber(token);
        assertThat(grant.mayPublish(List.of(NEWS))).isFalse();
        assertThat(grant.rights()).isSameAs(Rights.ALL);
        String publisher =
                KeyPairs.issuer(ES256).issue(List.of("*"), List.of("*"), ManualTicker.BEGIN.plusSeconds(60), null);
        assertThat(authority.publisher(publisher).rights()).isSameAs(Rights.PUBLIC_ONLY);
    }

    @Test
    void equalRightsAreTheSameObjectWhateverTheirOrder() {
        Authority authority = authority();
        Grant one = authority.subscriber(RawToken.mercure("{\"subscribe\":[\"a\",\"b\"]}"));
        Grant other = authority.subscriber(RawToken.mercure("{\"subscribe\":[\"b\",\"a\",\"b\"],\"publish\":[\"c\"]}"));
        Grant all = authority.subscriber(RawToken.mercure("{\"subscribe\":[\"b\",\"*\"]}"));

        assertThat(other).isNotSameAs(one);
        assertThat(other.rights()).isSameAs(one.rights());
        assertThat(all.rights()).isSameAs(Rights.ALL);
        assertThat(authority
                        .subscriber(RawToken.mercure("{\"subscribe\":[\"a\"]}"))
                        .rights())
                .isNotSameAs(one.rights());
    }

    @Test
    void aTemplateGrantsTheTopicsThatItMatches() {
        Grant grant = authority()
                .publisher(RawToken.mercure(
                        "{\"publish\":[\"https://example.org/books/{id}\"],\"subscribe\":[\"/u/{n}\"]}"));

        assertThat(grant.mayPublish(List.of(new Topic("https://example.org/books/1"))))
                .isTrue();
        assertThat(grant.mayPublish(List.of(new Topic("https://example.org/books/1/2"))))
                .isFalse();
        assertThat(grant.rights().allow(List.of(NEWS, new Topic("/u/7")))).isTrue();
        assertThat(grant.rights().allow(List.of(new Topic("/v/7")))).isFalse();
    }

    @Test
    void theScopeIsThatOfTheSubjectAndElseOfWhatMayBePublishedTo() {
        String ada = scope("{\"iss\":\"i\",\"sub\":\"ada\",\"mercure\":{\"publish\":[\"a\"]}}");

        assertThat(ada).matches("[0-9a-f]{32}");
        assertThat(scope("{\"exp\":9999999999,\"iss\":\"i\",\"sub\":\"ada\",\"mercure\":{\"publish\":[\"b\"]}}"))
                .isEqualTo(ada);
        assertThat(scope("{\"iss\":\"i\",\"sub\":\"bob\",\"mercure\":{\"publish\":[\"a\"]}}"))
                .isNotEqualTo(ada);
        assertThat(scope("{\"iss\":\"j\",\"sub\":\"ada\"}")).isNotEqualTo(ada);
        String topicA = scope("{\"mercure\":{\"publish\":[\"a\",\"b\"]}}");
        assertThat(scope("{\"nbf\":0,\"mercure\":{\"publish\":[\"b\",\"a\"]}}")).isEqualTo(topicA);
        assertThat(scope("{\"mercure\":{\"publish\":[\"ab\"]}}")).isNotEqualTo(topicA);
        assertThat(scope("{}"))
                .isNotEqualTo(topicA)
                .isNotEqualTo(authority().subscriber(null).scope());
    }

    private String scope(String payload) {
        return authority().publisher(RawToken.payload(payload)).scope();
    }
}
