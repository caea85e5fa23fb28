package dev.fanfare.stream;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * Two publishers have something for a writer loop that is going to sleep in its selector, or sleeps. Each waits for its task, so
 * the loop has nothing else to wake it.
 */
@JCStressTest
@Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "Both tasks ran.")
@Outcome(expect = Expect.FORBIDDEN, desc = "A task was left behind in a loop that sleeps.")
@State
public class WakeUpStress {
    private static final WriterLoop LOOP = new WriterLoop("fanfare-stress", java.nio.channels.Selector::open);

    /** A publisher. */
    @Actor
    public void one(II_Result result) {
        result.r1 = ran();
    }

    /** Another one. */
    @Actor
    public void other(II_Result result) {
        result.r2 = ran();
    }

    private static int ran() {
        CountDownLatch done = new CountDownLatch(1);
        LOOP.execute(done::countDown);
        try {
            return done.await(10, TimeUnit.SECONDS) ? 1 : 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 0;
        }
    }
}
