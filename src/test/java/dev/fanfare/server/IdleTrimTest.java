package dev.fanfare.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.lang.management.ManagementFactory;
import java.util.Arrays;
import javax.management.MBeanOperationInfo;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;

class IdleTrimTest {
    private static final long A_LITTLE = IdleTrim.LOOK.toNanos() / 100;

    @Test
    void memoryIsGivenBackOnceWheneverTheServerHasBecomeIdle() {
        IdleTrim idle = new IdleTrim(0);
        long used = IdleTrim.LOOK.toNanos();
        assertThat(idle.isDue(used)).as("busy").isFalse();
        used += A_LITTLE;
        assertThat(idle.isDue(used)).as("idle for the first time").isTrue();
        used += A_LITTLE;
        assertThat(idle.isDue(used)).as("idle still").isFalse();
        used += IdleTrim.LOOK.toNanos();
        assertThat(idle.isDue(used)).as("busy again").isFalse();
        used += A_LITTLE;
        assertThat(idle.isDue(used)).as("idle again").isTrue();
    }

    @Test
    void theJvmIsAskedByANameThatItKnows() throws Exception {
        ObjectName commands = new ObjectName("com.sun.management:type=DiagnosticCommand");
        boolean knows = Arrays.stream(ManagementFactory.getPlatformMBeanServer()
                        .getMBeanInfo(commands)
                        .getOperations())
                .map(MBeanOperationInfo::getName)
                .anyMatch("systemTrimNativeHeap"::equals);
        assumeThat(knows).as("a JVM from 17.0.9 on, on Linux").isTrue();

        assertThat(IdleTrim.trim()).isTrue();
    }
}
