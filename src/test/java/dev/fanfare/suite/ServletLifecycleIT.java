package dev.fanfare.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.testing.EventStream;
import dev.fanfare.testing.EventStream.End;
import dev.fanfare.testing.RawHttp;
import dev.fanfare.testing.Tokens;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The WAR begins and ends with its container. */
class ServletLifecycleIT {
    /** A busy machine takes a while to start a server, and to stop one. */
    private static final Duration STARTING = Duration.ofSeconds(300);

    private static final Duration STOPPING = Duration.ofSeconds(60);

    enum Container {
        TOMCAT {
            @Override
            WarHost launch(String name, Map<String, String> settings) {
                return WarHost.launch(new TomcatServer(), "tomcat-" + name, settings);
            }
        },
        JETTY {
            @Override
            WarHost launch(String name, Map<String, String> settings) {
                return WarHost.launch(new JettyServer(), "jetty-" + name, settings);
            }
        };

        abstract WarHost launch(String name, Map<String, String> settings);

        /** Jetty closes its connections before it tells anybody that it stops. */
        End end() {
            return this == JETTY ? End.CUT_OFF : End.COMPLETE;
        }
    }

    @ParameterizedTest
    @EnumSource
    void stoppingEndsTheStreamsAndLeavesNoThread(Container container) {
        try (JobSource jobs = new JobSource()) {
            jobs.set("a", "{\"progress\":1}");
            Map<String, String> settings = new HashMap<>(HttpSuite.settings(jobs));
            settings.put("fanfare.demo.count", "10000");
            try (WarHost host = container.launch("stop", settings)) {
                host.child().awaitReady(host.base());
                List<EventStream> streams = List.of(
                        EventStream.open(host.port(), host.target("/stream")),
                        EventStream.open(host.port(), host.target("/prices")),
                        EventStream.open(host.port(), host.target("/status/jobs/stream?job=a")));
                streams.forEach(EventStream::next);

                host.child().process().destroy();

                assertThat(host.child().exited(STOPPING)).as("ended").isTrue();
                assertThat(streams)
                        .allSatisfy(stream -> assertThat(stream.awaitEnd()).isEqualTo(container.end()));
                streams.forEach(EventStream::close);
                assertThat(host.child().output())
                        .doesNotContain("has failed to stop it", "SEVERE", "Exception", "WADL");
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aWrongConfigurationFailsTheDeploymentAndTellsEveryFaultOnce(Container container) {
        Map<String, String> settings = Map.of("fanfare.demo.count", "none", "fanfare.stream.hartbeat", "1s");
        try (WarHost host = container.launch("wrong", settings)) {
            // Before it deploys anything a server answers 404, too.
            await().atMost(STARTING)
                    .untilAsserted(() -> assertThat(host.child().output())
                            .contains("fanfare.demo.count = 'none'", "fanfare.stream.heartbeat?"));
            await().atMost(STARTING).until(() -> isRefused(host));

            String output = host.child().output();
            assertThat(output).containsOnlyOnce("fanfare.demo.count = 'none'");
            assertThat(output).containsOnlyOnce("fanfare.stream.heartbeat?");
        }
    }

    /** Jersey warns of a form that somebody has read before it, and tells the whole URL; an empty body looks so to it. */
    @ParameterizedTest
    @EnumSource
    void aTokenInTheQueryOfAnEmptyFormIsNotLogged(Container container) {
        String token = Tokens.publisher("*");
        Map<String, String> settings = Map.of("fanfare.auth.key", Tokens.SECRET, "fanfare.auth.query-token", "true");
        try (WarHost host = container.launch("token", settings)) {
            host.child().awaitReady(host.base());

            RawHttp.Answer answer = RawHttp.request(
                    host.port(),
                    "POST",
                    host.target("/.well-known/mercure?authorization=" + token),
                    List.of("Content-Type: application/x-www-form-urlencoded"),
                    "");

            assertThat(answer.status()).as(answer.body()).isEqualTo(400);
            assertThat(answer.body()).contains("'topic' is missing");
            host.child().process().destroy();
            assertThat(host.child().exited(STOPPING)).isTrue();
            assertThat(host.log()).doesNotContain(token, "authorization=");
        }
    }

    /** The driver is the server's own, as the documents say. */
    @Test
    void historyInAFileOutlivesARedeployment() throws ReflectiveOperationException, URISyntaxException {
        Class<?> driver = Class.forName("org.sqlite.JDBC");
        Path jar = Path.of(
                driver.getProtectionDomain().getCodeSource().getLocation().toURI());
        Path file = ChildProcess.directory("tomcat-sqlite-history").resolve("events.db");
        Map<String, String> settings = Map.of(
                "fanfare.history.store",
                "sqlite",
                "fanfare.history.path",
                file.toString(),
                "fanfare.auth.key",
                Tokens.SECRET);
        try (WarHost host = WarHost.launch(new TomcatServer(List.of(jar)), "tomcat-sqlite", settings)) {
            host.child().awaitReady(host.base());
            RawHttp.Answer published = RawHttp.request(
                    host.port(),
                    "POST",
                    host.target("/.well-known/mercure"),
                    List.of(Tokens.header(Tokens.publisher("*")), "Content-Type: application/x-www-form-urlencoded"),
                    "topic=kept&data=before");
            assertThat(published.status()).as(published.body()).isEqualTo(200);

            host.undeploy(WarHost.CONTEXT);
            await().atMost(Duration.ofSeconds(60)).until(() -> isGone(host));
            host.deploy(WarHost.CONTEXT);
            host.child().awaitReady(host.base());

            String path = host.target("/.well-known/mercure?topic=kept&lastEventID=earliest");
            try (EventStream stream = EventStream.open(host.port(), path)) {
                EventStream.Event event = stream.next();
                assertThat(event.data()).isEqualTo("before");
                assertThat(event.id()).isEqualTo(published.body());
            }
        }
    }

    private static boolean isGone(WarHost host) {
        try {
            return RawHttp.request(host.port(), "GET", host.target("/health/ready"))
                            .status()
                    == 404;
        } catch (UncheckedIOException notYet) {
            return false;
        }
    }

    private static boolean isRefused(WarHost host) {
        if (!host.child().process().isAlive()) {
            return true;
        }
        int status;
        try (EventStream answer = EventStream.open(host.port(), host.target("/health/ready"))) {
            status = answer.status();
        } catch (UncheckedIOException | AssertionError notYet) { // refused, or closed without an answer
            return false;
        }
        assertThat(status).isIn(404, 503);
        return true;
    }
}
