package dev.fanfare.testing;

import dev.fanfare.stream.WriterLoops;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Waits for writer loops. */
public final class Loops {
    private static final int ROUNDS = 8;

    private Loops() {}

    /** Waits until the loops have done all that there was to do, also what that led to. */
    public static void settle(WriterLoops loops) {
        for (int round = 0; round < ROUNDS; round++) {
            for (int i = 0; i < loops.count(); i++) {
                CountDownLatch reached = new CountDownLatch(1);
                loops.loop(i).execute(reached::countDown);
                await(reached);
            }
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            if (!latch.await(60, TimeUnit.SECONDS)) {
                throw new AssertionError("a writer loop has not come to its next task within 30 s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }
}
