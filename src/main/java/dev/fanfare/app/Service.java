package dev.fanfare.app;

import dev.fanfare.Demonstration;
import dev.fanfare.Fanfare;
import dev.fanfare.Parts;
import dev.fanfare.auth.AuthSettings;
import dev.fanfare.auth.Authority;
import dev.fanfare.auth.KeysMissing;
import dev.fanfare.cluster.ReplicatedHistory;
import dev.fanfare.config.ConfigFaults;
import dev.fanfare.config.DemoSettings;
import dev.fanfare.config.Settings;
import dev.fanfare.event.Durations;
import dev.fanfare.joint.JointStreams;
import dev.fanfare.metrics.PrometheusMetrics;
import dev.fanfare.rest.Credentials;
import dev.fanfare.rest.HubHeaders;
import dev.fanfare.rest.LocalNames;
import dev.fanfare.rest.LocalNamesOnly;
import dev.fanfare.rest.MercureResource;
import dev.fanfare.rest.MetricsResource;
import dev.fanfare.rest.RequestBodies;
import dev.fanfare.rest.RestFeature;
import dev.fanfare.rest.StatusAccess;
import dev.fanfare.rest.StatusListResource;
import dev.fanfare.rest.StatusPushResource;
import dev.fanfare.rest.StatusResource;
import dev.fanfare.rest.StreamGate;
import dev.fanfare.rest.TokenAccess;
import dev.fanfare.rest.access.AccessLog;
import dev.fanfare.rest.events.EventsResource;
import dev.fanfare.rest.health.HealthCheck;
import dev.fanfare.rest.health.HealthResource;
import dev.fanfare.rest.web.BrowserModuleResource;
import dev.fanfare.rest.web.ConsoleResource;
import dev.fanfare.rest.web.OpenApiResource;
import dev.fanfare.sink.Outlets;
import dev.fanfare.status.StatusSource;
import dev.fanfare.status.watch.Statuses;
import dev.fanfare.stream.Ticker;
import dev.fanfare.stream.TimedClose;
import dev.fanfare.stream.WriterLoops;
import jakarta.ws.rs.core.Application;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The whole service behind HTTP, as a Jakarta REST application. Made from its settings, ready at once, and stopped by {@link
 * #close}. Thread-safe.
 */
public final class Service extends Application implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Service.class.getName());

    private static final Duration MOST_TO_CLOSE = Duration.ofMillis(1800);

    private volatile AuthSettings auth;
    private volatile Optional<String> memoryWarning;
    private final ConfiguredFanfare configured;
    private final Fanfare fanfare;
    private final List<Demonstration> demonstrations = new ArrayList<>();
    private final Set<Object> components = new LinkedHashSet<>();
    private @Nullable Authority authority;
    private @Nullable PrometheusMetrics metrics;
    private @Nullable Reloading reloading;
    private final Duration drainDelay;
    private final Duration drain;
    /** Says that it is not ready, and serves all the same. */
    private volatile boolean leaving;

    /** Lets no more streams begin. */
    private volatile boolean stopping;

    /** Refuses all requests, since parts of it are closed. */
    private volatile boolean closing;

    /**
     * Puts a service together.
     *
     * @param outlets the server's ways to its clients; null writes through the sinks
     * @param streamsFrom how many streams an address has; for servers that can't tell, 0 for each
     */
    public Service(Settings settings, @Nullable Outlets outlets, ToIntFunction<String> streamsFrom) {
        this(ConfiguredFanfare.of(settings, outlets), settings, streamsFrom);
    }

    /** As the longer form, with nothing more to wait for. */
    public Service(ConfiguredFanfare configured, Settings settings, ToIntFunction<String> streamsFrom) {
        this(configured, settings, streamsFrom, List.of());
    }

    /**
     * Puts a service around what is configured already, and closes it with itself.
     *
     * @param streamsFrom how many streams an address has; for servers that can't tell, 0 for each
     * @param more what else has to be up for the service to be ready
     */
    public Service(
            ConfiguredFanfare configured,
            Settings settings,
            ToIntFunction<String> streamsFrom,
            List<HealthCheck> more) {
        this.configured = configured;
        auth = settings.auth();
        drainDelay = settings.http().drainDelay();
        drain = settings.http().drain();
        memoryWarning = MemoryBounds.warning(settings, Runtime.getRuntime().maxMemory());
        fanfare = configured.fanfare();
        try {
            addBasics(settings, streamsFrom, more);
            authority = new Authority(auth, ticker());
            LocalNames local =
                    settings.loopback() ? new LocalNames(settings.http().host()) : null;
            if (local != null && settings.dev()) {
                components.add(new LocalNamesOnly(local));
            }
            Credentials credentials = new Credentials(authority, auth, settings.cors(), local);
            RequestBodies bodies = new RequestBodies(
                    settings.limits().eventBytes(),
                    settings.http().requestTimeout(),
                    Parts.of(fanfare).pool());
            TokenAccess access = addStatuses(settings, credentials, bodies);
            addHub(settings, credentials, access, bodies);
            reloading = new Reloading(configured, authority, credentials, access, bodies, components, settings);
            if (settings.demo().enabled()) {
                addDemonstrations(settings.demo());
            }
        } catch (RuntimeException | Error e) {
            close(); // or the history's file would stay in use
            throw e;
        }
    }

    private void addBasics(Settings settings, ToIntFunction<String> streamsFrom, List<HealthCheck> more) {
        WriterLoops loops = Parts.of(fanfare).loops();
        StreamGate.Census census = new StreamGate.Census() {
            @Override
            public int streams() {
                return loops.openStreams();
            }

            @Override
            public int streamsFrom(String address) {
                return streamsFrom.applyAsInt(address);
            }

            @Override
            public boolean stopping() {
                return stopping;
            }
        };
        HealthCheck ready = new HealthCheck(
                "fanfare", () -> leaving ? HealthCheck.Result.down("stopping") : HealthCheck.Result.up());
        if (settings.log().access()) {
            components.add(new AccessLog(ticker()));
        }
        components.add(new RestFeature(settings.cors(), this::isClosing));
        components.add(new StreamGate(
                census, settings.http().connections(), settings.http().connectionsPerAddress()));
        List<HealthCheck> readiness =
                new ArrayList<>(List.of(ready, check("history"), check("threads"), check("writers")));
        configured.sharedLog().ifPresent(log -> readiness.add(logCheck(log)));
        readiness.addAll(more);
        components.add(new HealthResource(List.of(check("threads"), check("writers")), readiness));
        if (settings.console().enabled()) {
            components.add(new ConsoleResource());
        }
        components.add(new OpenApiResource());
        components.add(new BrowserModuleResource());
    }

    /** A thread or a writer that is gone for good is a matter of being alive, too: only a restart helps then. */
    private HealthCheck check(String name) {
        Supplier<Optional<String>> fault =
                Objects.requireNonNull(ConfiguredFanfare.checks(fanfare).get(name), name);
        return new HealthCheck(
                name, () -> fault.get().map(HealthCheck.Result::down).orElseGet(HealthCheck.Result::up));
    }

    /**
     * All nodes lose an engine together: to take them out of the balancer would make an outage of a pause. So this counts only
     * until the node has caught up for the first time.
     */
    private static HealthCheck logCheck(ReplicatedHistory log) {
        return new HealthCheck(
                "log",
                () -> log.logFault()
                        .map(fault ->
                                log.isReady() ? HealthCheck.Result.downAlone(fault) : HealthCheck.Result.down(fault))
                        .orElseGet(HealthCheck.Result::up));
    }

    private TokenAccess addStatuses(Settings settings, Credentials credentials, RequestBodies bodies) {
        Statuses statuses = Parts.of(fanfare).statuses();
        if (settings.console().enabled()) {
            addServerStatus(settings, statuses);
        }
        TokenAccess access = new TokenAccess(credentials, ticker(), Reloading.tokenSources(settings), settings.dev());
        components.add(new StatusResource(
                statuses,
                Parts.of(fanfare).outlets(),
                settings.status().defaultSource(),
                access,
                Parts.of(fanfare).pool()));
        components.add(new StatusPushResource(
                statuses, access, bodies, Parts.of(fanfare).pool()));
        components.add(new StatusListResource(statuses, access));
        components.add(new StatusResource.VaryOnAccept());
        return access;
    }

    private void addServerStatus(Settings settings, Statuses statuses) {
        String store = settings.history().store().name().toLowerCase(Locale.ROOT);
        ServerStatus server = new ServerStatus(
                Parts.of(fanfare),
                store,
                settings.http().connections(),
                settings.demo().enabled());
        try {
            statuses.registerOwn(ServerStatus.NAME, StatusSource.blocking(server), ServerStatus.SETTINGS);
        } catch (IllegalArgumentException e) {
            throw new ConfigFaults(List.of("The status source '" + ServerStatus.NAME
                    + "' can't be used: the console shows the server's own status under that name; give the source"
                    + " another name, or set fanfare.console=off"));
        }
    }

    private void addHub(Settings settings, Credentials credentials, StatusAccess access, RequestBodies bodies) {
        Parts parts = Parts.of(fanfare);
        MercureResource hub = new MercureResource(
                parts.log(),
                parts.loops(),
                parts.outlets(),
                credentials,
                settings.limits(),
                parts.statuses()::isPushedTopic,
                settings.sameId(),
                bodies,
                parts.pool());
        components.add(hub);
        components.add(new EventsResource(
                new JointStreams(parts.log(), parts.loops(), settings.limits().members()),
                parts.statuses(),
                access,
                parts.loops(),
                parts.outlets(),
                credentials,
                hub.subscribing(),
                settings.limits().selectors(),
                bodies,
                parts.pool()));
        components.add(new HubHeaders());
        if (settings.metrics().enabled()) {
            metrics = new PrometheusMetrics(fanfare);
            components.add(new MetricsResource(metrics, settings.metrics().access(), credentials));
        }
    }

    private void addDemonstrations(DemoSettings settings) {
        for (Demonstration demonstration : ServiceLoader.load(Demonstration.class)) {
            components.addAll(demonstration.start(fanfare, settings.count(), settings.delay(), settings.retry()));
            demonstrations.add(demonstration);
        }
    }

    private Ticker ticker() {
        return Parts.of(fanfare).loops().ticker();
    }

    /**
     * Goes by another configuration from now on, all or nothing: CORS, sources, tokens, limits, and who may see the metrics and the
     * server's own status. What else it says has to be as before. Streams that are open stay open. For one thread at a time.
     *
     * @param changedSources the names of sources that are defined in another way than before
     * @param more what else is to change at the same time; must neither throw nor block
     * @return the names of sources that have been replaced, added and removed
     * @throws ConfigFaults if it can't be used; nothing is changed then
     * @throws KeysMissing if a key set can't be fetched; nothing is changed then
     * @throws IllegalStateException if the service is leaving or closed; nothing is changed then
     */
    public List<String> reload(Settings next, Set<String> changedSources, Runnable more) {
        if (leaving || reloading == null) {
            throw new IllegalStateException("The server is stopping");
        }
        List<String> sources = reloading.reload(next, changedSources, more);
        auth = next.auth();
        memoryWarning = MemoryBounds.warning(next, Runtime.getRuntime().maxMemory());
        announce();
        return sources;
    }

    /** Tells the log what an operator should know; called when clients can reach the service. */
    public void announce() {
        memoryWarning.ifPresent(words -> LOG.log(System.Logger.Level.WARNING, words));
        if (!auth.canPublish()) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "Publishing over HTTP is off, since no key for checking the tokens of publishers is configured: set"
                            + " fanfare.auth.key");
        }
    }

    /** The library's face of this service. */
    public Fanfare fanfare() {
        return fanfare;
    }

    /** Resources and providers, one of each. */
    @Override
    @SuppressWarnings(
            "deprecation") // deprecated in 4.0, where CDI shall make components; 3.1 and a CDI-free 4.0 need it
    public Set<Object> getSingletons() {
        return components;
    }

    /**
     * The first step of leaving: says that the service is not ready any more, and serves on for the drain delay. Returns after
     * it, at once where it is zero.
     *
     * @throws InterruptedException if the caller is interrupted
     */
    public void serveOnUnready() throws InterruptedException {
        leaving = true;
        if (drainDelay.isZero()) {
            return;
        }
        LOG.log(
                System.Logger.Level.INFO,
                "Not ready any more; serving on for {0} (fanfare.http.drain-delay)",
                Durations.show(drainDelay));
        CountDownLatch over = new CountDownLatch(1);
        ticker().schedule(drainDelay, over::countDown);
        over.await();
    }

    /**
     * The second step of leaving: lets no more streams begin, and ends those that are open evenly over the time for that.
     * Returns once no stream is left, at the latest after that time; at once where it is zero. {@link #close} is the third.
     *
     * @throws InterruptedException if the caller is interrupted
     */
    public void drain() throws InterruptedException {
        leaving = true;
        stopping = true;
        if (drain.isZero()) {
            return;
        }
        WriterLoops loops = Parts.of(fanfare).loops();
        LOG.log(
                System.Logger.Level.INFO,
                "Ending {0} streams over {1} (fanfare.http.drain)",
                String.valueOf(loops.openStreams()),
                Durations.show(drain));
        loops.drain(drain);
    }

    /** Whether {@link #close} has begun; every request is refused then. */
    public boolean isClosing() {
        return closing;
    }

    /**
     * Refuses all requests, ends the streams that are open, then all threads. Returns within two seconds, whatever hangs; what
     * hangs is left to a daemon thread.
     */
    @Override
    public void close() {
        leaving = true;
        stopping = true;
        closing = true;
        List<Runnable> steps = new ArrayList<>();
        steps.add(() -> demonstrations.forEach(Demonstration::close));
        steps.addAll(configured.closing());
        steps.add(TimedClose.of(authority));
        steps.add(TimedClose.of(metrics));
        TimedClose.within(MOST_TO_CLOSE, "the service", steps.toArray(Runnable[]::new));
    }
}
