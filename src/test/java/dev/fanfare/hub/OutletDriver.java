package dev.fanfare.hub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.stream.Batch;
import dev.fanfare.stream.CloseReason;
import dev.fanfare.stream.Outlet;
import dev.fanfare.stream.WriterLoop;
import dev.fanfare.wire.Frame;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Writes frames to an outlet as a stream does: in a writer loop, in batches, after a refusal on from where it was refused
 * once the outlet says so. What a contract says of an outlet's answers is checked on the way. Thread-safe.
 */
public final class OutletDriver implements Outlet.Listener {
    private static final int FRAMES_PER_BATCH = 16;

    private final WriterLoop loop;
    private final Outlet outlet;
    private final CompletableFuture<CloseReason> closed = new CompletableFuture<>();

    // Confined to the loop's thread, save the volatile ones.
    private final List<Frame> frames = new ArrayList<>();
    private volatile int taken;
    private volatile int refusals;
    private volatile boolean blocked;
    private volatile @Nullable Throwable fault;
    private long accepted;

    public OutletDriver(WriterLoop loop, Outlet outlet) {
        this.loop = loop;
        this.outlet = outlet;
        run(() -> outlet.open(this, loop.selector()));
    }

    /** Runs in the loop; what fails there is found by {@link #check}. */
    private void run(Runnable step) {
        loop.execute(() -> {
            try {
                step.run();
            } catch (Throwable e) {
                fault = e;
            }
        });
    }

    public void write(List<Frame> more) {
        run(() -> {
            frames.addAll(more);
            drain();
        });
    }

    public void finish() {
        run(outlet::finish);
    }

    public void abort() {
        run(outlet::abort);
    }

    private void drain() {
        while (!blocked && taken < frames.size()) {
            Batch.Builder batch = new Batch.Builder(0);
            frames.subList(taken, Math.min(frames.size(), taken + FRAMES_PER_BATCH))
                    .forEach(batch::add);
            Batch offered = batch.build();
            int count = outlet.write(offered, 0);
            assertThat(count).isBetween(0, offered.size());
            taken += count;
            if (count < offered.size()) {
                refusals++;
                blocked = true;
            }
            account();
        }
    }

    private void account() {
        assertThat(outlet.acceptedBytes()).isGreaterThanOrEqualTo(accepted);
        assertThat(outlet.pendingBytes()).isNotNegative();
        accepted = outlet.acceptedBytes();
    }

    @Override
    public void writable() {
        run(() -> {
            blocked = false;
            drain();
        });
    }

    @Override
    public void closed(CloseReason reason) {
        closed.complete(reason);
    }

    /** Waits until the loop has done all it was told to. */
    public OutletDriver settle() {
        CountDownLatch done = new CountDownLatch(1);
        run(this::account);
        loop.execute(done::countDown);
        HubFixture.await(done);
        check();
        return this;
    }

    public void check() {
        assertThat(fault).isNull();
    }

    public int taken() {
        return taken;
    }

    public int refusals() {
        return refusals;
    }

    public boolean isBlocked() {
        return blocked;
    }

    public boolean isClosed() {
        return closed.isDone();
    }

    public CloseReason awaitClosed() {
        return closed.orTimeout(60, TimeUnit.SECONDS).join();
    }
}
