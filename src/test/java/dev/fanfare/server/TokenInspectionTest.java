package dev.fanfare.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.auth.AuthSettings;
import dev.fanfare.auth.TokenAlgorithm;
import dev.fanfare.auth.TokenIssuer;
import dev.fanfare.auth.TokenKey;
import dev.fanfare.auth.TokenLimits;
import dev.fanfare.testing.ManualTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TokenInspectionTest {
    private static final TokenKey SECRET = TokenKey.of(TokenAlgorithm.HS256, "0123456789abcdef0123456789abcdef");
    private static final TokenKey OTHER = TokenKey.of(TokenAlgorithm.HS256, "fedcba9876543210fedcba9876543210");

    private final ManualTicker ticker = new ManualTicker();
    private final String token = TokenIssuer.of(SECRET)
            .issue(List.of("news", "jobs/{id}"), List.of(), ManualTicker.BEGIN.plus(Duration.ofHours(1)), "k1");

    private static AuthSettings settings(TokenKey publishers, TokenKey subscribers) {
        return new AuthSettings(publishers, subscribers, true, false, "c", false, TokenLimits.DEFAULTS);
    }

    private static List<String> lines(TokenInspection inspection) {
        List<String> lines = new ArrayList<>();
        inspection.print(lines::add);
        return lines;
    }

    @Test
    void aTokenIsShownWithTheVerdictOfEachRole() throws Exception {
        TokenInspection inspection = new TokenInspection(token, settings(SECRET, OTHER), ticker);

        assertThat(inspection.isTaken()).isTrue();
        assertThat(lines(inspection))
                .contains(
                        "algorithm     HS256",
                        "key           k1",
                        "publish       news, jobs/{id}",
                        "subscribe     nothing",
                        "as publisher  taken")
                .anyMatch(line -> line.startsWith("expires") && line.endsWith("(in 1h)"))
                .anyMatch(line -> line.startsWith("as subscriber refused: "));
    }

    @Test
    void oneThatHasExpiredIsRefusedAndStillShown() throws Exception {
        ticker.advance(Duration.ofHours(2));
        TokenInspection inspection = new TokenInspection(token, settings(SECRET, SECRET), ticker);

        assertThat(inspection.isTaken()).isFalse();
        assertThat(lines(inspection))
                .anyMatch(line -> line.endsWith("(1h ago)"))
                .contains("as publisher  refused: The token has expired: get a new one");
    }

    @Test
    void theTimeThatIsLeftIsInUnitsThatPeopleRead() throws Exception {
        ticker.advance(Duration.ofSeconds(2));

        assertThat(lines(new TokenInspection(token, settings(SECRET, SECRET), ticker)))
                .anyMatch(line -> line.endsWith("(in 59m 58s)"));
    }

    @Test
    void theSameIsThereAsJson() throws Exception {
        assertThat(new TokenInspection(token, settings(SECRET, SECRET), ticker).json())
                .contains("\"publish\":[\"news\",\"jobs/{id}\"]", "\"publisher\":\"taken\"");
    }

    @Test
    void whatIsNoTokenIsRefusedWithoutBeingShown() {
        assertThatThrownBy(() -> new TokenInspection("secret stuff", settings(SECRET, SECRET), ticker))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageNotContaining("secret");
    }
}
