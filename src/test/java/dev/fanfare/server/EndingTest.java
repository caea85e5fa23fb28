package dev.fanfare.server;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How the process ends: each test runs one. */
@Timeout(240)
class EndingTest {
    @Test
    void anErrorThatEndsAThreadOfTheServiceEndsTheProcessWithStatusOne() throws Exception {
        try (ChildJvm child = new ChildJvm("true", LostThread.class, "fanfare-writer-0")) {
            assertThat(child.process().waitFor()).isEqualTo(1);
        }
    }

    @Test
    void anErrorThatEndsAThreadOfOthersEndsNothing() throws Exception {
        try (ChildJvm child = new ChildJvm("true", LostThread.class, "driver-cleanup")) {
            child.awaitLine("goes on");
            child.process().destroy();
            assertThat(child.process().waitFor()).as("by the signal").isZero();
        }
    }
}
