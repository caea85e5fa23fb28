package dev.fanfare.hub;

import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** Two writer loops and the publisher let go of a delivery: it is done, once, by whichever of them is the last. */
@JCStressTest
@Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "Done, and those who wait were told by a loop.")
@Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "Done, by the publisher itself.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Never done, or told twice.")
@State
public class DeliveryStress {
    private final AtomicInteger told = new AtomicInteger();
    private final Delivery delivery = new Delivery(task -> {
        told.incrementAndGet();
        task.run();
    });

    /** Both loops hold it. */
    public DeliveryStress() {
        delivery.hold();
        delivery.hold();
    }

    /** A writer loop. */
    @Actor
    public void loop() {
        delivery.release();
    }

    /** Another. */
    @Actor
    public void otherLoop() {
        delivery.release();
    }

    /** The publisher. */
    @Actor
    public void publisher() {
        delivery.begun();
    }

    /** What has become of it. */
    @Arbiter
    public void outcome(II_Result result) {
        result.r1 = delivery.isDone() ? 1 : 0;
        result.r2 = told.get();
    }
}
