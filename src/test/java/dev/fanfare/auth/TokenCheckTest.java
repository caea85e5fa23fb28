package dev.fanfare.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.JWSObject;
import dev.fanfare.testing.ManualTicker;
import java.lang.ref.WeakReference;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What is remembered of tokens, and for how long. */
class TokenCheckTest {
    private final ManualTicker ticker = new ManualTicker();
    private final Counting keys = new Counting();

    private static final class Counting implements VerificationKeys {
        private final VerificationKeys real = KeyPairs.key(TokenAlgorithm.HS256).keys(new ManualTicker());
        private Outcome instead = Outcome.GOOD;
        private boolean change;
        private boolean removed;
        private int verified;

        @Override
        public Verdict verify(JWSObject token) {
            verified++;
            Verdict verdict = real.verify(token);
            return verdict.outcome() == Outcome.GOOD ? new Verdict(instead, verdict.key()) : verdict;
        }

        @Override
        public boolean holds(Object key) {
            return !removed;
        }

        @Override
        public boolean change() {
            return change;
        }
    }

    private TokenCheck check() {
        return new TokenCheck(
                TokenAlgorithm.HS256,
                keys,
                TokenLimits.DEFAULTS,
                new Grants(true, true, new Grants.RightsPool()),
                ticker);
    }

    private static String token(int number) {
        return RawToken.payload("{\"jti\":\"" + number + "\",\"mercure\":{\"publish\":[\"*\"]}}");
    }

    private static String bad(int number) {
        String[] parts = token(number).split("\\.");
        return parts[0] + "." + parts[1] + "." + token(number + 1).split("\\.")[2];
    }

    private static void assertRefused(TokenCheck check, String token) {
        assertThatThrownBy(() -> check.check(token)).isInstanceOf(TokenRefused.class);
    }

    @Test
    void aTokenIsVerifiedOnce() {
        TokenCheck check = check();
        Grant first = check.check(token(1));
        ticker.advance(Duration.ofDays(30));

        assertThat(check.check(token(1))).isSameAs(first);
        assertThat(keys.verified).isEqualTo(1);
    }

    @Test
    void aBadTokenIsVerifiedOnce() {
        TokenCheck check = check();
        assertRefused(check, bad(1));
        assertRefused(check, bad(1));

        assertThat(keys.verified).isEqualTo(1);
    }

    @Test
    void anyAmountOfGarbageLeavesTheGoodOnes() {
        TokenCheck check = check();
        check.check(token(1));
        for (int i = 0; i < 20_000; i++) {
            assertRefused(check, "a.b." + i);
        }
        for (int i = 0; i < 2000; i++) {
            assertRefused(check, bad(i));
        }
        int before = keys.verified;
        check.check(token(1));

        assertThat(keys.verified).isEqualTo(before);
        assertThat(check.remembered()).isLessThanOrEqualTo(1 + 1000);
    }

    @Test
    void whatIsRememberedIsBoundedByNumberAndByLength() {
        TokenCheck check = check();
        for (int i = 0; i < 10_500; i++) {
            check.check(token(i));
        }
        assertThat(check.remembered()).isEqualTo(10_000);

        for (int i = 0; i < 600; i++) {
            check.check(RawToken.payload("{\"x\":\"" + "a".repeat(5900) + i + "\"}"));
        }
        assertThat(check.remembered()).isLessThan(540);
    }

    @Test
    void aGrantThatIsInUseDoesNotKeepWhatIsRememberedOfOtherTokens() {
        TokenCheck check = check();
        Grant grant = check.check(token(1));
        WeakReference<TokenCheck> forgotten = new WeakReference<>(check);
        check = null;

        await().until(() -> {
            System.gc();
            return forgotten.get() == null;
        });
        assertThat(grant.holds()).isTrue();
    }

    @Test
    void whereKeysComeAndGoATokenIsGoodAsLongAsItsKeyIsThere() {
        keys.change = true;
        TokenCheck check = check();
        Grant grant = check.check(token(1));
        ticker.advance(Duration.ofDays(1));
        check.check(token(1));
        assertThat(keys.verified).isEqualTo(1);
        assertThat(grant.holds()).isTrue();

        keys.removed = true;
        keys.instead = VerificationKeys.Outcome.UNKNOWN_KEY;
        assertThat(grant.holds()).isFalse();
        assertRefused(check, token(1));
        assertThat(keys.verified).isEqualTo(2);
    }

    @Test
    void whereKeysComeAndGoABadTokenIsVerifiedAgainAfterFiveMinutes() {
        keys.change = true;
        keys.instead = VerificationKeys.Outcome.BAD;
        TokenCheck check = check();
        assertRefused(check, token(1));
        ticker.advance(Duration.ofMinutes(5).minusNanos(1));
        assertRefused(check, token(1));
        assertThat(keys.verified).isEqualTo(1);

        ticker.advance(Duration.ofNanos(1));
        keys.instead = VerificationKeys.Outcome.GOOD;
        check.check(token(1));
        assertThat(keys.verified).isEqualTo(2);
    }

    @Test
    void aGrantEndsByTheTimeOfDayAlsoWhenTheClockJumps() {
        long exp = ManualTicker.BEGIN.plusSeconds(3600).getEpochSecond();
        Grant grant = check().check(RawToken.payload("{\"exp\":" + exp + ",\"mercure\":{\"subscribe\":[\"*\"]}}"));
        assertThat(grant.holds()).isTrue();

        ticker.jump(Duration.ofHours(1));

        assertThat(grant.holds()).isFalse();
    }

    @Test
    void aTokenByAnUnknownKeyIsGoodAsSoonAsTheKeyIsThere() {
        TokenCheck check = check();
        for (VerificationKeys.Outcome outcome :
                new VerificationKeys.Outcome[] {VerificationKeys.Outcome.UNKNOWN_KEY, VerificationKeys.Outcome.NO_KEYS
                }) {
            keys.instead = outcome;
            assertRefused(check, token(1));
        }
        keys.instead = VerificationKeys.Outcome.GOOD;

        assertThat(check.check(token(1)).anonymous()).isFalse();
    }
}
