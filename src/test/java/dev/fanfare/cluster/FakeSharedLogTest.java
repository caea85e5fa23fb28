package dev.fanfare.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.log.OutcomeUnknown;
import dev.fanfare.log.SharedLog;
import dev.fanfare.log.SharedLog.Known;
import dev.fanfare.testing.ManualTicker;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The fake keeps the contract, so that what is tested on it means something; and it fails as it is told to. */
class FakeSharedLogTest extends SharedLogContract {
    private final FakeSharedLog engine = new FakeSharedLog(new ManualTicker());

    @Override
    protected SharedLog newNode() {
        return engine.node();
    }

    @Override
    protected void wipe() {
        engine.wipe();
    }

    @Override
    protected void lose(int newest) {
        engine.lose(newest);
    }

    @Override
    protected void trim(long upTo) {
        engine.trim(upTo);
    }

    @Override
    protected void stop() {
        engine.goAway();
    }

    @Override
    protected void restart() {
        engine.comeBack();
    }

    @Test
    void losesAnAnswerAndKeepsWhatWasStored() throws Exception {
        FakeSharedLog.Node node = engine.node();
        get(node.attach(Known.NOTHING));
        engine.loseAnswers(1);

        assertThatThrownBy(() -> get(node.append(1, List.of(texts("a"))))).isInstanceOf(OutcomeUnknown.class);

        assertThat(get(node.append(1, List.of(texts("a"))))).containsExactly(new SharedLog.Appended(1));
        assertThat(engine.head()).isEqualTo(1);
    }
}
