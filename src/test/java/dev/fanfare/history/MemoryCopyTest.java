package dev.fanfare.history;

import dev.fanfare.log.LocalCopy;
import dev.fanfare.testing.ManualTicker;

class MemoryCopyTest extends LocalCopyContract {
    @Override
    protected LocalCopy open(HistorySettings settings) {
        return new MemoryHistory(settings, new ManualTicker());
    }
}
