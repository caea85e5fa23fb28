package dev.fanfare.demo;

import dev.fanfare.Demonstration;
import dev.fanfare.Fanfare;
import dev.fanfare.Parts;
import dev.fanfare.stream.Ticker;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** The demo as a whole: its resources, and the status source {@code demo}. */
public final class Demo implements Demonstration {
    private @Nullable PriceFeed feed;

    @Override
    public List<Object> start(Fanfare fanfare, int count, Duration delay, Duration retry) {
        Ticker ticker = Parts.of(fanfare).loops().ticker();
        PriceFeed started = new PriceFeed(ticker, delay, new Random());
        feed = started;
        fanfare.source("demo", new DemoJob(ticker::now), DemoJob.settings());
        return List.of(new StreamResource(fanfare, count, delay, retry), new PricesResource(fanfare, started));
    }

    @Override
    public void close() {
        if (feed != null) {
            feed.stop();
        }
    }
}
