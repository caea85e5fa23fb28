package dev.fanfare.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JWSObject;
import dev.fanfare.testing.ManualTicker;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What is remembered of tokens, and for how long. */
class TokenCheckTest {
    private final ManualTicker ticker = new ManualTicker();
    private final Counting keys = new Counting();

    private static final class Counting implements VerificationKeys {
        private final VerificationKeys real = KeyPairs.key(TokenAlgorithm.HS256).keys();
        private Outcome instead = Outcome.GOOD;
        private boolean change;
        private int verified;

        @Override
        public Outcome verify(JWSObject token) {
            verified++;
            Outcome outcome = real.verify(token);
            return outcome == Outcome.GOOD ? instead : outcome;
        }

        @Override
        public boolean change() {
            return change;
        }
    }

    private TokenCheck check() {
        return new TokenCheck(TokenAlgorithm.HS256, keys, new Grants(true, true, new Grants.RightsPool()), ticker);
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
    void whereKeysComeAndGoATokenIsVerifiedAgainAfterFiveMinutes() {
        keys.change = true;
        TokenCheck check = check();
        check.check(token(1));
        ticker.advance(Duration.ofMinutes(5).minusNanos(1));
        check.check(token(1));
        assertThat(keys.verified).isEqualTo(1);

        ticker.advance(Duration.ofNanos(1));
        keys.instead = VerificationKeys.Outcome.BAD;
        assertRefused(check, token(1));
        assertRefused(check, token(1));
        assertThat(keys.verified).isEqualTo(2);

        ticker.advance(Duration.ofMinutes(5));
        keys.instead = VerificationKeys.Outcome.GOOD;
        check.check(token(1));
        assertThat(keys.verified).isEqualTo(3);
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
