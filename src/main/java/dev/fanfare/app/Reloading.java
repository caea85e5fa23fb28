package dev.fanfare.app;

import dev.fanfare.Parts;
import dev.fanfare.auth.Access;
import dev.fanfare.auth.Authority;
import dev.fanfare.auth.KeysMissing;
import dev.fanfare.config.ConfigFaults;
import dev.fanfare.config.ConfiguredSource;
import dev.fanfare.config.Settings;
import dev.fanfare.rest.Credentials;
import dev.fanfare.rest.MercureResource;
import dev.fanfare.rest.MetricsResource;
import dev.fanfare.rest.RequestBodies;
import dev.fanfare.rest.RestFeature;
import dev.fanfare.rest.StatusResource;
import dev.fanfare.rest.StreamGate;
import dev.fanfare.rest.TokenAccess;
import dev.fanfare.rest.events.EventsResource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/*
 * First all is made that can fail: the sources with their pools, the keys, which may have to be fetched. Then it is put in place,
 * by steps that can't fail. Who may see what changes in the middle of the change of sources, when nobody can use an old source any
 * more and nobody has a new one: so no request that was judged by the old rights gets what a new source tells.
 */
/** Has a running service go by another configuration. For one thread at a time. */
final class Reloading {
    private final ConfiguredFanfare configured;
    private final Authority authority;
    private final Credentials credentials;
    private final TokenAccess access;
    private final RequestBodies bodies;
    private final List<Object> components;
    private Settings now;

    /** @param components of the service, with all that go by the settings */
    Reloading(
            ConfiguredFanfare configured,
            Authority authority,
            Credentials credentials,
            TokenAccess access,
            RequestBodies bodies,
            Iterable<Object> components,
            Settings now) {
        this.configured = configured;
        this.authority = authority;
        this.credentials = credentials;
        this.access = access;
        this.bodies = bodies;
        this.components = new ArrayList<>();
        components.forEach(this.components::add);
        this.now = now;
    }

    /** The names of the sources whose statuses only holders of tokens see. */
    static Set<String> tokenSources(Settings settings) {
        Set<String> guarded = settings.status().sources().entrySet().stream()
                .filter(source -> source.getValue().access() == Access.TOKEN)
                .map(Map.Entry::getKey)
                .collect(Collectors.toCollection(TreeSet::new));
        if (settings.console().access() == Access.TOKEN) {
            guarded.add(ServerStatus.NAME);
        }
        return guarded;
    }

    /**
     * Goes by other settings from now on.
     *
     * @return the names of sources that have been replaced, added and removed
     * @throws ConfigFaults if they can't be used; nothing is changed then
     * @throws KeysMissing if a key set can't be fetched; nothing is changed then
     */
    List<String> reload(Settings next, Set<String> changedSources, Runnable more) {
        Authority.Checks checks = authority.prepare(next.auth());
        ConfiguredSources.Prepared prepared;
        try {
            prepared = configured.sources().prepare(next.status().sources(), changedSources);
        } catch (RuntimeException | Error e) {
            authority.discard(checks);
            throw e;
        }
        List<Runnable> later = new ArrayList<>();
        Set<String> guarded = tokenSources(next);
        boolean narrows = guarded.stream().anyMatch(this::isOpenNow);
        Parts parts = Parts.of(configured.fanfare());
        parts.statuses().change(prepared.changes(), () -> {
            later.add(authority.take(checks));
            credentials.take(next.auth(), next.cors());
            access.take(guarded, narrows);
        });
        bodies.take(next.limits().eventBytes());
        components.forEach(component -> take(component, next));
        parts.log().limitTemplates(next.limits().templates(), next.limits().anonymousPasses());
        more.run();
        now = next;
        configured.sources().take(prepared);
        later.forEach(Runnable::run);
        return prepared.names();
    }

    private boolean isOpenNow(String source) {
        ConfiguredSource before = now.status().sources().get(source);
        return source.equals(ServerStatus.NAME)
                ? now.console().access() == Access.ANONYMOUS
                : before != null && before.access() == Access.ANONYMOUS;
    }

    private static void take(Object component, Settings next) {
        if (component instanceof RestFeature rest) {
            rest.take(next.cors());
        } else if (component instanceof StreamGate gate) {
            gate.take(next.http().connections(), next.http().connectionsPerAddress());
        } else if (component instanceof StatusResource statuses) {
            statuses.takeDefault(next.status().defaultSource());
        } else if (component instanceof MercureResource hub) {
            hub.take(next.limits());
        } else if (component instanceof EventsResource events) {
            events.take(next.limits().selectors(), next.limits().members());
        } else if (component instanceof MetricsResource metrics) {
            metrics.take(next.metrics().access());
        }
    }
}
