package dev.fanfare.demo;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.fanfare.stream.Ticker;
import jakarta.json.Json;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.Random;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Prices of a few made-up shares that go up and down. Thread-safe. */
public final class PriceFeed {
    private static final String[] SYMBOLS = {"ACME", "BRAS", "CORN", "HORN", "TUBA"};

    /**
     * One change of one price.
     *
     * @param number counts the changes
     * @param json symbol, price, change and time
     */
    record Price(long number, String json) {}

    private final Ticker ticker;
    private final Duration every;
    private final Random random;

    @GuardedBy("this")
    private final BigDecimal[] prices = new BigDecimal[SYMBOLS.length];

    @GuardedBy("this")
    private Consumer<Price> target = price -> {};

    @GuardedBy("this")
    private Ticker.@Nullable Alarm alarm;

    @GuardedBy("this")
    private int run;

    @GuardedBy("this")
    private long number;

    /**
     * A feed that stands still.
     *
     * @param every a share's price changes this often
     */
    public PriceFeed(Ticker ticker, Duration every, Random random) {
        this.ticker = ticker;
        this.every = every;
        this.random = random;
        for (int i = 0; i < prices.length; i++) {
            prices[i] = BigDecimal.valueOf(2_000 + random.nextInt(20_000), 2);
        }
    }

    /** Sets the consumer of each change. */
    synchronized void to(Consumer<Price> newTarget) {
        target = newTarget;
    }

    /** Begins to move the prices; does nothing if they move. */
    synchronized void start() {
        if (alarm == null) {
            int begun = ++run;
            alarm = ticker.schedule(every, () -> change(begun));
        }
    }

    /** Stops the prices where they are. */
    synchronized void stop() {
        if (alarm != null) {
            alarm.cancel();
            alarm = null;
        }
    }

    private void change(int of) {
        Price changed;
        Consumer<Price> told;
        synchronized (this) {
            if (alarm == null || of != run) { // it rang while the prices were stopped
                return;
            }
            alarm = ticker.schedule(every, () -> change(of));
            changed = next();
            told = target;
        }
        told.accept(changed);
    }

    @GuardedBy("this")
    private Price next() {
        int share = (int) (number % SYMBOLS.length);
        BigDecimal percent = BigDecimal.valueOf(random.nextGaussian() / 100);
        BigDecimal change = prices[share].multiply(percent).setScale(2, RoundingMode.HALF_EVEN);
        prices[share] = prices[share].add(change).max(BigDecimal.ONE);
        String json = Json.createObjectBuilder()
                .add("symbol", SYMBOLS[share])
                .add("price", prices[share])
                .add("change", change)
                .add("time", ticker.now().toString())
                .build()
                .toString();
        return new Price(++number, json);
    }
}
