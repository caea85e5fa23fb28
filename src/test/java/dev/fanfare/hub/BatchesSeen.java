package dev.fanfare.hub;

import dev.fanfare.stream.Batch;
import dev.fanfare.stream.Outlet;

/** An outlet that keeps the batch that was written last. Thread-safe. */
public final class BatchesSeen implements Outlet {
    private volatile Batch last = new Batch.Builder(0).build();
    volatile boolean refuses;
    private volatile Listener listener;

    void offerAgain() {
        listener.writable();
    }

    public Batch last() {
        return last;
    }

    @Override
    public void open(Listener given, java.nio.channels.Selector selector) {
        listener = given;
    }

    @Override
    public int write(Batch batch, int from) {
        last = batch;
        return refuses ? 0 : batch.size() - from;
    }

    @Override
    public long pendingBytes() {
        return 0;
    }

    @Override
    public long acceptedBytes() {
        return 0;
    }

    @Override
    public void finish() {
        // The test is over.
    }

    @Override
    public void abort() {
        // The test is over.
    }
}
