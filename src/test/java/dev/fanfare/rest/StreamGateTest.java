package dev.fanfare.rest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.rest.cors.CorsSettings;
import dev.fanfare.testing.RawHttp;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.PreMatching;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The bounds on streams, on the wire. */
class StreamGateTest {
    private static final String EVENT_STREAM = "Accept: text/event-stream";
    private static final Pattern REFUSAL = Pattern.compile(": refused, (.+)\nretry: ([0-9]+)\n");

    private final AtomicInteger streams = new AtomicInteger();
    private final AtomicBoolean stopping = new AtomicBoolean();
    private final Map<String, Integer> byAddress = new ConcurrentHashMap<>();
    private final SampleResource resource = new SampleResource();
    private final RestServer server =
            new RestServer(CorsSettings.none(), resource, new StreamGate(new Census(), 3, 2), new Addresses());

    private final class Census implements StreamGate.Census {
        @Override
        public int streams() {
            return streams.get();
        }

        @Override
        public int streamsFrom(String address) {
            return byAddress.getOrDefault(address, 0);
        }

        @Override
        public boolean stopping() {
            return stopping.get();
        }
    }

    /** Does what a server does that tells addresses. */
    @PreMatching
    private static final class Addresses implements ContainerRequestFilter {
        @Override
        public void filter(ContainerRequestContext request) {
            String address = request.getHeaderString("Test-Address");
            if (address != null) {
                request.setProperty(StreamGate.ADDRESS_PROPERTY, address);
            }
        }
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private RawHttp.Answer stream(String... headers) {
        return server.request("GET", "/sample/stream", headers);
    }

    private static void assertRefused(RawHttp.Answer answer, String reason) {
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Content-Type")).startsWith("text/event-stream");
        assertThat(answer.header("Fanfare-Refused")).isEqualTo(reason);
        assertThat(answer.header("Cache-Control")).contains("no-store");
        Matcher refusal = REFUSAL.matcher(answer.body());
        assertThat(refusal.matches()).as(answer.body()).isTrue();
        assertThat(refusal.group(1)).isEqualTo(reason);
        assertThat(Integer.parseInt(refusal.group(2))).isBetween(5_000, 30_000);
    }

    private static void assertUnavailable(RawHttp.Answer answer, String reason) {
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.header("Content-Type")).startsWith("application/problem+json");
        assertThat(answer.header("Retry-After")).matches("[0-9]+");
        assertThat(answer.header("Fanfare-Refused")).isNull();
        assertThat(answer.body()).contains(reason);
    }

    private void assertOpens(String... headers) {
        int before = resource.streamsOpened.get();
        RawHttp.Answer answer = stream(headers);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Fanfare-Refused")).isNull();
        assertThat(resource.streamsOpened).hasValue(before + 1);
    }

    @Test
    void thereIsRoomUpToTheBound() {
        streams.set(2);
        assertOpens(EVENT_STREAM);
        assertOpens();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Accept: text/event-stream",
                "accept: TEXT/Event-Stream",
                "Accept: text/event-stream;charset=utf-8",
                "Accept: application/json, text/event-stream;q=0.5"
            })
    void anEventSourceIsToldToComeAgainWithAnEndOfStream(String accept) {
        streams.set(3);
        assertRefused(stream(accept), "full");
        assertThat(resource.streamsOpened).hasValue(0);
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"Accept: */*", "Accept: text/*"})
    void othersAreToldByTheStatus(String accept) {
        streams.set(3);
        assertUnavailable(accept == null ? stream() : stream(accept), "full");
        assertThat(resource.streamsOpened).hasValue(0);
    }

    @Test
    void eachClientIsToldATimeOfItsOwn() {
        streams.set(100);
        Set<String> delays = new HashSet<>();
        for (int i = 0; i < 10; i++) {
            delays.add(stream(EVENT_STREAM).body());
        }
        assertThat(delays).hasSizeGreaterThan(5);
    }

    @Test
    void anAddressHasABoundOfItsOwn() {
        byAddress.put("10.0.0.1", 2);
        byAddress.put("10.0.0.2", 1);
        assertRefused(stream(EVENT_STREAM, "Test-Address: 10.0.0.1"), "full-for-address");
        assertUnavailable(stream("Test-Address: 10.0.0.1"), "full-for-address");
        assertOpens(EVENT_STREAM, "Test-Address: 10.0.0.2");
        assertOpens(EVENT_STREAM, "Test-Address: 10.0.0.3");
    }

    @Test
    void aServerThatTellsNoAddressesHasNoBoundForThem() {
        byAddress.put("127.0.0.1", 100);
        assertOpens(EVENT_STREAM);
    }

    @Test
    void aServiceThatStopsSaysSoWhateverElseHolds() {
        stopping.set(true);
        assertRefused(stream(EVENT_STREAM), "shutdown");
        streams.set(100);
        assertRefused(stream(EVENT_STREAM), "shutdown");
        assertUnavailable(stream(), "shutdown");
    }

    @Test
    void whatIsNoStreamIsNotItsConcern() {
        streams.set(100);
        stopping.set(true);
        assertThat(server.request("GET", "/sample", EVENT_STREAM.replace("event-stream", "plain"))
                        .status())
                .isEqualTo(200);
    }

    @Test
    void noneIsNoBound() {
        streams.set(Integer.MAX_VALUE);
        byAddress.put("10.0.0.1", Integer.MAX_VALUE);
        try (RestServer unbounded =
                new RestServer(CorsSettings.none(), resource, new StreamGate(new Census(), 0, 0), new Addresses())) {
            RawHttp.Answer answer = unbounded.request("GET", "/sample/stream", EVENT_STREAM, "Test-Address: 10.0.0.1");
            assertThat(answer.header("Fanfare-Refused")).isNull();
            assertThat(List.of(answer.status())).containsExactly(200);
        }
    }

    @Test
    void aBoundThatIsOverIsOver() {
        streams.set(3);
        assertRefused(stream(EVENT_STREAM), "full");
        streams.set(2);
        assertOpens(EVENT_STREAM);
    }
}
