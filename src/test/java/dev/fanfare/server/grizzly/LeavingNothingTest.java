package dev.fanfare.server.grizzly;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.fanfare.Fanfare;
import dev.fanfare.Parts;
import dev.fanfare.server.ChildJvm;
import dev.fanfare.stream.WriterLoops;
import dev.fanfare.testing.OwnApplication;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.regex.Pattern;
import javax.management.JMException;
import javax.management.ObjectName;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What clients cost while they are here, and that nothing of it stays. */
@Timeout(300)
class LeavingNothingTest {
    private static final int MOST_BYTES_IDLE = 3 * 1024;
    private static final int CLIENTS = 10_000;
    private static final int ROUND = 500;

    /** Far less than a client takes; pools and compiled code come and go as well. */
    private static final long MOST_BYTES_LEFT = 512;

    private static final Pattern OBJECTS_OF_A_CLIENT =
            Pattern.compile("(\\d+) +\\d+ +\\S+\\.(?:DirectOutlet|Subscription|TCPNIOConnection|SocketChannelImpl)\\b");

    private final GrizzlyOutlets outlets = new GrizzlyOutlets(128 * 1024);
    private final Fanfare fanfare = Fanfare.builder().outlets(outlets).build();
    private final WriterLoops loops = Parts.of(fanfare).loops();
    private final OwnApplication application =
            new OwnApplication((sink, lastEventId) -> fanfare.subscribe(sink, lastEventId, "a"), outlets);

    @AfterEach
    void close() {
        fanfare.close();
        application.close();
    }

    private static ConditionFactory patiently() {
        return await().atMost(Duration.ofSeconds(60));
    }

    private static long usedHeap() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    /** How many objects are alive of the classes that a client has one of, as the JVM's histogram says. */
    private static long objectsOfClients() throws JMException {
        Object histogram = ManagementFactory.getPlatformMBeanServer()
                .invoke(
                        new ObjectName("com.sun.management:type=DiagnosticCommand"),
                        "gcClassHistogram",
                        new Object[] {new String[0]},
                        new String[] {String[].class.getName()});
        return OBJECTS_OF_A_CLIENT
                .matcher(histogram.toString())
                .results()
                .mapToLong(line -> Long.parseLong(line.group(1)))
                .sum();
    }

    private static long descriptors() {
        return ManagementFactory.getPlatformMXBean(UnixOperatingSystemMXBean.class)
                .getOpenFileDescriptorCount();
    }

    private void comeAndGo(boolean reset) {
        Crowd crowd = new Crowd(application.port(), ROUND);
        patiently().until(() -> loops.openStreams() == ROUND);
        if (reset) {
            crowd.reset();
        } else {
            crowd.close();
        }
        patiently().until(() -> loops.openStreams() == 0);
    }

    @Test
    void tenThousandComeAndGoAndLeaveNothing() throws JMException {
        comeAndGo(false);
        comeAndGo(true);
        long heap = usedHeap();
        long objects = objectsOfClients();
        long descriptors = descriptors();
        for (int i = 0; i < CLIENTS / ROUND; i++) {
            comeAndGo(i % 2 == 0);
        }
        patiently().until(() -> descriptors() <= descriptors + 5);
        patiently().until(() -> objectsOfClients() <= objects + 5);
        assertThat(usedHeap() - heap).isLessThan(CLIENTS * MOST_BYTES_LEFT);
        assertThat(outlets.streamsFrom("127.0.0.1")).isZero();
        // A stream is counted no more a moment before it has left its channel.
        patiently().until(() -> Parts.of(fanfare).log().channels() == 0);
    }

    @Test
    void anIdleClientTakesLittleHeap() throws IOException {
        comeAndGo(false);
        int count = 2000;
        long before = usedHeap();
        try (ChildJvm crowd =
                new ChildJvm("true", IdleCrowd.class, String.valueOf(application.port()), String.valueOf(count))) {
            crowd.awaitLine("open");
            patiently().until(() -> loops.openStreams() == count);
            long each = (usedHeap() - before) / count;
            assertThat(each).isLessThanOrEqualTo(MOST_BYTES_IDLE);
            crowd.process().getOutputStream().close();
            crowd.awaitLine(count + " idle clients");
        }
        patiently().until(() -> loops.openStreams() == 0);
    }
}
