package dev.fanfare.stream;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ThreadsTest {
    @ParameterizedTest
    @ValueSource(ints = {17, 21, 22, 23})
    void noVirtualThreadsWhereSynchronizedHoldsTheirCarrier(int javaRelease) {
        assertThat(Threads.virtual(javaRelease)).isEmpty();
    }

    @Test
    void virtualThreadsWhereTheyCanBlock() {
        assertThat(Threads.virtual().isPresent()).isEqualTo(Runtime.version().feature() >= Threads.NOT_PINNING);
    }

    @Test
    void threadsHaveANameAndDoNotKeepTheJvmAlive() {
        Thread thread = Threads.daemons("fanfare-test").newThread(() -> {});
        assertThat(thread.getName()).isEqualTo("fanfare-test");
        assertThat(thread.isDaemon()).isTrue();
    }
}
