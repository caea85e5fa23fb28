package dev.fanfare.log;

import dev.fanfare.testing.FakeStates;
import dev.fanfare.testing.ManualTicker;
import java.time.Duration;

/** The fake keeps the contract too, or tests with it would show nothing. */
class FakeStatesTest extends SharedStatesContract {
    private final ManualTicker ticker = new ManualTicker();
    private final FakeStates engine = new FakeStates(ticker, LEASE);

    @Override
    protected SharedStates node() {
        return engine.node();
    }

    @Override
    protected void pass(Duration time) {
        ticker.advance(time);
    }
}
