package dev.fanfare.demo;

import dev.fanfare.Fanfare;
import dev.fanfare.hub.Ticker;
import java.util.List;
import java.util.Random;

/** The demo as a whole: its resources, and the status source {@code demo}. */
public final class Demo implements AutoCloseable {
    private final List<Object> resources;
    private final PricesResource prices;

    /** Adds the source {@code demo} to {@code fanfare}. */
    public Demo(Fanfare fanfare, DemoSettings settings) {
        Ticker ticker = fanfare.parts().loops().ticker();
        prices = new PricesResource(fanfare, new PriceFeed(ticker, settings.delay(), new Random()));
        resources = List.of(new StreamResource(fanfare, settings), prices);
        fanfare.source("demo", new DemoJob(ticker::now), DemoJob.settings());
    }

    /** The resources, to be registered as they are. */
    public List<Object> resources() {
        return resources;
    }

    /** Stops the prices. */
    @Override
    public void close() {
        prices.close();
    }
}
