package dev.fanfare.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class IdleHeapTest {
    /** Gives heap back, in a JVM of its own, since the options are those of the whole JVM; says what they are then. */
    public static final class Child {
        private Child() {}

        public static void main(String... options) {
            HotSpotDiagnosticMXBean jvm = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
            for (int i = 0; i < options.length; i += 2) {
                jvm.setVMOption(options[i], options[i + 1]);
            }
            IdleHeap.giveBack();
            System.out.println("options "
                    + List.of("G1PeriodicGCInterval", "MaxHeapFreeRatio").stream()
                            .map(name -> jvm.getVMOption(name).getValue())
                            .collect(Collectors.joining(" ")));
        }
    }

    private static String optionsAfter(String... before) throws IOException {
        try (ChildJvm child = new ChildJvm("true", Child.class, before)) {
            return child.awaitLine("options ");
        }
    }

    @Test
    void anIdleServerCollectsAndKeepsLittleFreeHeap() throws IOException {
        assertThat(optionsAfter()).isEqualTo("options 20000 50");
    }

    @Test
    void whatSomebodySetIsLeftWithTheRestOfIt() throws IOException {
        assertThat(optionsAfter("MaxHeapFreeRatio", "90")).isEqualTo("options 0 90");
    }
}
