package dev.fanfare.status.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.status.JsonText;
import dev.fanfare.status.SourceSettings;
import dev.fanfare.status.StatusUrl;
import dev.fanfare.status.StreamOptions;
import dev.fanfare.status.rules.ChangeRule;
import dev.fanfare.status.rules.UpdateForm;
import dev.fanfare.stream.StreamSettings;
import dev.fanfare.stream.WriterLoops;
import dev.fanfare.testing.ManualTicker;
import dev.fanfare.testing.RecordingOutlet;
import dev.fanfare.testing.RecordingOutlet.Received;
import jakarta.json.Json;
import jakarta.json.JsonValue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever statuses come, and however clients with all kinds of rules come, stall, leave and come back: in the end each has
 * what its rules hold for the newest status, each patch has fitted, nobody who kept up got a status twice in a row, and
 * each is told of the end once.
 */
class StatusRulesPropertyTest {
    private static final int STEPS = 120;
    private static final int MOST_CLIENTS = 12;
    private static final int LONG_TAIL = 4096;
    private static final int SHORT_TAIL = 16;
    private static final String[][] RULES = {
        {},
        {"ignore=/ts"},
        {"deadband=/price:1"},
        {"min-interval=2s"},
        {"debounce=1s"},
        {"min-interval=2s", "deadband=/price:1", "ignore=/ts"},
        {"form=merge-patch"},
        {"form=json-patch"},
        {"form=json-patch", "min-interval=2s"},
        {"form=merge-patch", "ignore=/ts", "debounce=1s"},
        {"form=json-patch", "deadband=/price:1"}
    };

    /** A client, and the status that it has. */
    private final class Client {
        final String[] rules;
        final StreamOptions options;
        final RecordingOutlet outlet = new RecordingOutlet();

        @Nullable
        JsonValue status;

        private @Nullable String last;
        private boolean hasStalled;
        private int applied;

        Client(String[] rules, @Nullable String lastEventId, @Nullable JsonValue status) {
            this.rules = rules;
            this.options = options(rules);
            this.status = status;
            this.last = lastEventId;
            statuses.join(url(), options, lastEventId, outlet, reason -> {});
            outlet.awaitOpen();
        }

        void stall() {
            hasStalled = true;
            outlet.refuse();
        }

        /** Takes what has come. */
        void apply() {
            List<Received> events = outlet.events();
            for (; applied < events.size(); applied++) {
                Received event = events.get(applied);
                JsonValue data = JsonText.read(event.data());
                if (event.type().equals("update")) {
                    boolean isAgain = options.rules().form() == UpdateForm.WHOLE && Objects.equals(event.id(), last);
                    assertThat(isAgain && !hasStalled && !mayFallBehind)
                            .as("the same again")
                            .isFalse();
                    status = data;
                } else if (event.type().equals("patch")) {
                    status = patched(data);
                    assertThat(change().idOf(status)).as("patched").isEqualTo(event.id());
                }
                last = event.id();
            }
        }

        private JsonValue patched(JsonValue patch) {
            JsonValue before = Objects.requireNonNull(status);
            return rules[0].equals("form=merge-patch")
                    ? Json.createMergePatch(patch).apply(before)
                    : Json.createPatch(patch.asJsonArray()).apply(before.asJsonObject());
        }

        private ChangeRule change() {
            return options.rules().change();
        }

        boolean has(JsonValue newest) {
            apply();
            return status != null && !change().fingerprint(newest).differsFrom(change().fingerprint(status));
        }
    }

    private final ManualTicker ticker = new ManualTicker();
    private final WriterLoops loops = new WriterLoops(patient(StreamSettings.DEFAULTS), ticker);
    private final List<Client> clients = new ArrayList<>();
    private final List<Client> gone = new ArrayList<>();
    private JsonValue newest = status(0, 0, false);
    private Statuses statuses = statuses(LONG_TAIL);
    private boolean mayFallBehind;

    /** Nobody is closed for being slow. */
    private static StreamSettings patient(StreamSettings settings) {
        return new StreamSettings(
                settings.heartbeat(),
                settings.retry(),
                settings.tailEvents(),
                settings.tailBytes(),
                settings.pinnedBytes(),
                settings.sendBufferBytes(),
                Duration.ofHours(1),
                settings.maxDuration());
    }

    private Statuses statuses(int tailEvents) {
        return new Statuses(loops, tailEvents, 1 << 20, null, null, () -> 1.0);
    }

    private StatusUrl url() {
        return statuses.url("prices", Map.of());
    }

    private StreamOptions options(String[] rules) {
        Map<String, List<String>> query = new HashMap<>();
        for (String rule : rules) {
            query.put(rule.split("=", 2)[0], List.of(rule.split("=", 2)[1]));
        }
        return statuses.options("prices", query);
    }

    private static JsonValue status(int halves, int ts, boolean noted) {
        return JsonText.read(
                "{\"price\":" + halves / 2.0 + ",\"ts\":" + ts + (noted ? ",\"note\":{\"a\":[1]}" : "") + "}");
    }

    private void step(Random random) {
        switch (random.nextInt(10)) {
            case 0, 1 -> join(random);
            case 2 -> leave(random);
            case 3 -> any(random, Client::stall);
            case 4 -> any(random, client -> client.outlet.accept());
            case 5, 6 -> ticker.advance(Duration.ofMillis(random.nextInt(1500)));
            default -> {
                newest = status(random.nextInt(6), random.nextInt(3), random.nextInt(4) == 0);
                statuses.set("prices", Map.of(), newest);
            }
        }
    }

    private void any(Random random, Consumer<Client> what) {
        if (!clients.isEmpty()) {
            what.accept(clients.get(random.nextInt(clients.size())));
        }
    }

    private void join(Random random) {
        if (clients.size() == MOST_CLIENTS) {
            return;
        }
        if (!gone.isEmpty() && random.nextBoolean()) {
            Client before = gone.get(random.nextInt(gone.size()));
            clients.add(new Client(before.rules, before.last, before.status));
        } else {
            clients.add(new Client(RULES[random.nextInt(RULES.length)], null, null));
        }
    }

    private void leave(Random random) {
        any(random, client -> {
            clients.remove(client);
            client.outlet.leave();
            client.apply();
            if (client.status != null) {
                gone.add(client);
            }
        });
    }

    static LongStream seeds() {
        return LongStream.range(0, 40);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void eachClientHasWhatItsRulesHoldForTheNewestStatusAndIsToldOfTheEndOnce(long seed) {
        Random random = new Random(seed);
        mayFallBehind = seed % 2 == 0;
        statuses = statuses(mayFallBehind ? SHORT_TAIL : LONG_TAIL);
        statuses.registerPushed(
                "prices", SourceSettings.builder().end("/state=done").build());
        statuses.set("prices", Map.of(), newest);
        try {
            for (int i = 0; i < STEPS; i++) {
                step(random);
            }
            clients.forEach(client -> client.outlet.accept());
            ticker.advance(Duration.ofSeconds(20));
            for (Client client : clients) {
                await(() -> client.has(newest), seed, client);
            }

            JsonValue done = JsonText.read("{\"state\":\"done\"}");
            statuses.set("prices", Map.of(), done);

            for (Client client : clients) {
                client.outlet.awaitEnd();
                assertThat(client.has(done)).as(describe(seed, client)).isTrue();
                assertThat(client.outlet.events().stream()
                                .filter(event -> event.type().equals("end")))
                        .as(describe(seed, client))
                        .hasSize(1);
            }
        } finally {
            statuses.close();
            loops.close();
        }
    }

    private static void await(Callable<Boolean> condition, long seed, Client client) {
        Awaitility.await(describe(seed, client))
                .pollInSameThread()
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(2))
                .until(condition);
    }

    private static String describe(long seed, Client client) {
        return "seed " + seed + ", rules " + List.of(client.rules) + ", events " + client.outlet.events();
    }
}
