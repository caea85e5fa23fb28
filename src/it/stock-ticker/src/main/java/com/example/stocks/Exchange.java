package com.example.stocks;

import dev.fanfare.Fanfare;
import dev.fanfare.event.Event;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Trades a little every few milliseconds. */
final class Exchange implements AutoCloseable {
    private final ScheduledExecutorService trading = Executors.newSingleThreadScheduledExecutor();
    private final Fanfare fanfare;
    private final Random random = new Random();

    Exchange(Fanfare fanfare) {
        this.fanfare = fanfare;
    }

    void open() {
        trading.scheduleAtFixedRate(this::trade, 0, 20, TimeUnit.MILLISECONDS);
    }

    private void trade() {
        String symbol = random.nextBoolean() ? "ACME" : "INIT";
        int cents = 1000 + random.nextInt(100);
        fanfare.publish(Event.builder()
                .topic("prices")
                .topic("prices/" + symbol)
                .data("{\"symbol\":\"" + symbol + "\",\"cents\":" + cents + "}")
                .build());
    }

    @Override
    public void close() {
        trading.shutdownNow();
    }
}
