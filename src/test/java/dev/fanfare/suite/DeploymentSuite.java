package dev.fanfare.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.testing.EventStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** Web applications come and go, and the server stays. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
abstract class DeploymentSuite extends Subject {
    /** How long a server may take to deploy, to undeploy, or to let go of what it undeployed. */
    private static final Duration SLOW_SERVER = Duration.ofMinutes(3);

    private static final Duration MOST_LONGER = Duration.ofSeconds(5);

    private static final int REDEPLOYMENTS = Integer.getInteger("servers.redeployments", 2);

    private final ServerSuite suite;

    DeploymentSuite(ServerSuite suite) {
        super(suite);
        this.suite = suite;
    }

    private WarHost server() {
        return (WarHost) suite.host();
    }

    @Test
    @Order(1)
    void twoCopiesUnderTwoContextPathsDoNotKnowEachOther() {
        EventStream ours = open("/prices");
        long first = Long.parseLong(ours.next().id());
        server().deploy("other");
        server().child().awaitReady(server().base("other"));

        EventStream others = openIn("other", "/prices");
        assertThat(Long.parseLong(others.next().id()))
                .as("prices counted by the one that was deployed later")
                .isLessThan(Long.parseLong(ours.toLatest().id()));
        undeploy("other");

        others.awaitEnd();
        assertThat(Long.parseLong(ours.next().id())).isGreaterThan(first);
        assertThat(ours.isOpen()).isTrue();
    }

    @Test
    @Order(2)
    void aWrongConfigurationFailsTheDeploymentAndTheServerGoesOn() {
        EventStream ours = open("/prices");
        Path wrong = WarHost.warWith(Map.of("fanfare.stream.hartbeat", "1s", "fanfare.stream.write-timeout", "soon"));

        server().deploy("wrong", wrong);

        String unknown = "did you mean fanfare.stream.heartbeat?";
        String invalid = "fanfare.stream.write-timeout = 'soon'";
        await().atMost(SLOW_SERVER).until(() -> server().log().contains(invalid));
        await().atMost(SLOW_SERVER).until(() -> isGone("wrong"));
        assertThat(server().log()).contains(unknown, invalid);
        ours.next();
        assertThat(ours.isOpen()).isTrue();
        assertThat(get("/health/ready").status()).isEqualTo(200);
        server().undeploy("wrong");
    }

    @Test
    @Order(3)
    void undeployingUnderLoadEndsEveryStream() {
        List<EventStream> streams = new ArrayList<>();
        for (int i = 0; i < HttpSuite.MOST_STREAMS / 2; i++) {
            streams.add(open("/prices"));
        }
        streams.forEach(EventStream::next);

        undeploy(WarHost.CONTEXT);

        assertThat(streams).allSatisfy(EventStream::awaitEnd);
    }

    @Test
    @Order(4)
    void redeployingLeaksNeitherThreadsNorClassLoaders() {
        jobs().set(job, "{\"state\":\"running\"}");
        for (int i = 0; i < REDEPLOYMENTS; i++) {
            server().deploy(WarHost.CONTEXT);
            server().child().awaitReady(server().base());
            List<EventStream> streams = List.of(open("/prices"), open("/stream"), open(statusStream(job)));
            streams.forEach(EventStream::next);
            undeploy(WarHost.CONTEXT);
            assertThat(streams).allSatisfy(EventStream::awaitEnd);
        }

        int mostKept = hostHas(Host.Peculiarity.KEEPS_A_FEW_APPLICATIONS) ? 3 : 2;
        ServerProcess process = server().serverProcess();
        await().atMost(SLOW_SERVER).pollInterval(Duration.ofSeconds(2)).untilAsserted(() -> {
            keepThreadsBusy();
            // Some servers hold on to what they undeployed last, in idle threads; more and more would be a leak.
            assertThat(process.instances("dev.fanfare.app.Service")).isLessThanOrEqualTo(mostKept);
            // On Java 17 the thread of an HTTP client ends once the garbage collector has found the client.
            assertThat(process.threads("fanfare-", "HttpClient-")).isEmpty();
        });
    }

    /** Up to 2 s are promised; the rest is for a machine that is busy. */
    @Test
    @Order(5)
    void theServerStopsHardlySlowerWithStreamsOpen() {
        server().deploy(WarHost.CONTEXT);
        server().child().awaitReady(server().base());
        List<EventStream> streams = List.of(open("/prices"), open("/stream"), open("/prices"));
        streams.forEach(EventStream::next);
        Duration withStreams = timeToStop(server());
        assertThat(streams).allSatisfy(EventStream::awaitEnd);

        try (WarHost empty =
                WarHost.launchEmpty(server().server(), server().server().name() + "-empty", List.of(), Map.of())) {
            await().atMost(SLOW_SERVER).until(empty::answers);
            Duration without = timeToStop(empty);
            System.out.println("Stopped in " + withStreams + " with streams open, in " + without + " without the WAR");
            if (!hostHas(Host.Peculiarity.AWAITS_REQUESTS_WHEN_STOPPING)) {
                assertThat(withStreams).isLessThan(without.plus(MOST_LONGER));
            }
        }
    }

    /** An idle thread of WildFly's keeps the request that it did last, and with it the application. */
    private void keepThreadsBusy() {
        List<EventStream> streams = new ArrayList<>();
        for (int i = 0; i < 2 * HttpSuite.MOST_STREAMS; i++) {
            streams.add(openIn("nothing-is-here", "/"));
        }
        streams.forEach(EventStream::close);
    }

    private static Duration timeToStop(WarHost host) {
        long began = System.nanoTime();
        host.child().process().destroy();
        assertThat(host.child().exited(SLOW_SERVER)).as("stopped").isTrue();
        return Duration.ofNanos(System.nanoTime() - began);
    }

    private EventStream openIn(String context, String path) {
        return EventStream.open(host().port(), "/" + context + path);
    }

    private void undeploy(String context) {
        server().undeploy(context);
        await().atMost(SLOW_SERVER).until(() -> isGone(context));
    }

    private boolean isGone(String context) {
        try (EventStream answer = openIn(context, "/health/ready")) {
            return answer.status() == 404 || answer.status() == 503;
        } catch (UncheckedIOException | AssertionError notYet) { // refused, or closed without an answer
            return false;
        }
    }
}
