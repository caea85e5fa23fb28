package dev.fanfare.suite;

import dev.fanfare.testing.Tokens;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.TestInstance;

/** All that a client can rely on, whatever the service runs on. One host serves all tests of a subclass. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class HttpSuite {
    /** What {@code /stream} counts to. */
    static final int COUNT = 5;

    /** How many streams may be open at a time. */
    static final int MOST_STREAMS = 40;

    /** How many jobs may be watched at a time. */
    static final int MOST_WATCHES = 25;

    /** How many topics and statuses a stream may have. */
    static final int MOST_MEMBERS = 120;

    /** How many topics an event may have. */
    static final int MOST_TOPICS = 1000;

    /** How long the body of a publish may be. */
    static final int MOST_EVENT_BYTES = 300 * 1024;

    static final String ALLOWED_ORIGIN = "http://app.example";

    private final JobSource jobs = new JobSource();
    private Host host;

    /** Starts the host with these settings. */
    abstract Host start(Map<String, String> settings) throws Exception;

    @BeforeAll
    void startHost() throws Exception {
        host = start(settings(jobs));
    }

    @AfterAll
    void stopHost() {
        try (jobs) {
            if (host != null) {
                host.close();
            }
        }
    }

    Host host() {
        return host;
    }

    JobSource jobs() {
        return jobs;
    }

    static Map<String, String> settings(JobSource jobs) {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("fanfare.demo.enabled", "true");
        settings.put("fanfare.demo.count", String.valueOf(COUNT));
        settings.put("fanfare.demo.delay", "30ms");
        settings.put("fanfare.demo.retry", "100ms");
        settings.put("fanfare.cors.allow-origins", ALLOWED_ORIGIN);
        settings.put("fanfare.cors.allow-headers", "Last-Event-ID");
        settings.put("fanfare.stream.heartbeat", "300ms");
        settings.put("fanfare.stream.retry", "200ms");
        settings.put("fanfare.limits.connections", String.valueOf(MOST_STREAMS));
        settings.put("fanfare.limits.watches", String.valueOf(MOST_WATCHES));
        settings.put("fanfare.limits.selectors", "100"); // so many fit into a request target everywhere
        settings.put("fanfare.limits.members", String.valueOf(MOST_MEMBERS));
        settings.put("fanfare.limits.event", "300KiB");
        settings.put("fanfare.auth.key", Tokens.SECRET);
        settings.put("fanfare.history.store", "memory");
        settings.put("fanfare.metrics.enabled", "true");
        settings.put("fanfare.metrics.access", "token");
        settings.put("fanfare.status.default", "jobs");
        settings.put("fanfare.status.jobs.url", "http://127.0.0.1:" + jobs.port() + "/jobs/{job}");
        settings.put("fanfare.status.jobs.end", "/state=done");
        settings.put("fanfare.status.jobs.ignore", "/seen");
        settings.put("fanfare.status.jobs.every", "100ms");
        settings.put("fanfare.status.jobs.timeout", "30s"); // a slow answer is no outage
        settings.put("fanfare.status.jobs.linger", "300ms");
        settings.put("fanfare.status.jobs.retry", "150ms");
        // The same jobs for those who wait for what is no answer.
        settings.put("fanfare.status.hasty.url", "http://127.0.0.1:" + jobs.port() + "/jobs/{job}");
        settings.put("fanfare.status.hasty.every", "100ms");
        settings.put("fanfare.status.hasty.timeout", "5s");
        settings.put("fanfare.status.hasty.linger", "300ms");
        settings.put("fanfare.status.hasty.retry", "150ms");
        settings.put("fanfare.status.guarded.url", "http://127.0.0.1:" + jobs.port() + "/jobs/{job}");
        settings.put("fanfare.status.guarded.header.X-Key", "secret of the source");
        settings.put("fanfare.status.guarded.every", "100ms");
        settings.put("fanfare.status.guarded.linger", "300ms");
        settings.put("fanfare.status.builds.push", "true");
        settings.put("fanfare.status.builds.params", "build");
        settings.put("fanfare.status.builds.end", "/state=done");
        settings.put("fanfare.status.builds.linger", "300ms");
        return settings;
    }

    @Nested
    class Counter extends StreamSuite {
        Counter() {
            super(HttpSuite.this);
        }
    }

    @Nested
    class Prices extends PricesSuite {
        Prices() {
            super(HttpSuite.this);
        }
    }

    @Nested
    class StatusStreams extends StatusStreamSuite {
        StatusStreams() {
            super(HttpSuite.this);
        }
    }

    @Nested
    class StatusSnapshots extends StatusSnapshotSuite {
        StatusSnapshots() {
            super(HttpSuite.this);
        }
    }

    @Nested
    class StatusParameters extends StatusParametersSuite {
        StatusParameters() {
            super(HttpSuite.this);
        }
    }

    @Nested
    class PushedStatuses extends PushedStatusSuite {
        PushedStatuses() {
            super(HttpSuite.this);
        }
    }

    @Nested
    class StatusRights extends StatusRightsSuite {
        StatusRights() {
            super(HttpSuite.this);
        }
    }

    @Nested
    class StatusRules extends StatusRulesSuite {
        StatusRules() {
            super(HttpSuite.this);
        }
    }

    @Nested
    class FailingSources extends FailingSourceSuite {
        FailingSources() {
            super(HttpSuite.this);
        }
    }

    @Nested
    class Heads extends HeadSuite {
        Heads() {
            super(HttpSuite.this);
        }
    }

    @Nested
    class Cors extends CorsSuite {
        Cors() {
            super(HttpSuite.this);
        }
    }

    @Nested
    class Errors extends ErrorSuite {
        Errors() {
            super(HttpSuite.this);
        }
    }

    @Nested
    class HealthAndPage extends HealthAndPageSuite {
        HealthAndPage() {
            super(HttpSuite.this);
        }
    }

    @Nested
    class Metrics extends MetricsSuite {
        Metrics() {
            super(HttpSuite.this);
        }
    }

    @Nested
    class Limits extends LimitsSuite {
        Limits() {
            super(HttpSuite.this);
        }
    }

    @Nested
    class JavaReaders extends JavaReadersSuite {
        JavaReaders() {
            super(HttpSuite.this);
        }
    }

    @Nested
    class Publishing extends PublishSuite {
        Publishing() {
            super(HttpSuite.this);
        }
    }

    @Nested
    class Batches extends BatchSuite {
        Batches() {
            super(HttpSuite.this);
        }
    }

    @Nested
    class Subscriptions extends SubscribeSuite {
        Subscriptions() {
            super(HttpSuite.this);
        }
    }

    @Nested
    class Events extends EventsSuite {
        Events() {
            super(HttpSuite.this);
        }
    }

    @Nested
    class TokensOfTheHub extends TokenSuite {
        TokensOfTheHub() {
            super(HttpSuite.this);
        }
    }
}
