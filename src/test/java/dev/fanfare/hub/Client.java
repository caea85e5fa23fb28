package dev.fanfare.hub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.stream.CloseReason;
import dev.fanfare.testing.RecordingOutlet;
import dev.fanfare.testing.RecordingOutlet.Received;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/** One client of a hub: what it got, and how its stream ended. Thread-safe. */
public final class Client {
    private final RecordingOutlet outlet;
    private final CompletableFuture<CloseReason> closed = new CompletableFuture<>();
    private final List<CloseReason> reasons = new ArrayList<>();

    public Client() {
        this(new RecordingOutlet());
    }

    public Client(RecordingOutlet outlet) {
        this.outlet = outlet;
    }

    public RecordingOutlet outlet() {
        return outlet;
    }

    /** The callback that the hub calls at the end. */
    public synchronized void closed(CloseReason reason) {
        reasons.add(reason);
        closed.complete(reason);
    }

    /** Waits for the end, and tells why it came. */
    public CloseReason awaitClosed() {
        CloseReason reason = closed.orTimeout(60, TimeUnit.SECONDS).join();
        outlet.awaitClosed();
        synchronized (this) {
            assertThat(reasons).hasSize(1);
        }
        return reason;
    }

    public boolean isClosed() {
        return closed.isDone();
    }

    /** Waits for as many events as there are texts, and compares their data. */
    public Client assertData(String... data) {
        outlet.awaitEvents(data.length);
        assertThat(outlet.data()).containsExactly(data);
        return this;
    }

    /** Waits for the numbers in this order, as {@link HubFixture#publishNumbered} publishes them. */
    public Client assertNumbers(int from, int to) {
        outlet.awaitEvents(to - from + 1);
        assertThat(outlet.data())
                .isEqualTo(IntStream.rangeClosed(from, to)
                        .mapToObj(String::valueOf)
                        .toList());
        return this;
    }

    /** Waits for a gap and so many events behind it, and compares their data. */
    public Client assertDataAfterGap(String... data) {
        outlet.awaitEvents(data.length + 1);
        assertThat(events().get(0).type()).isEqualTo("gap");
        assertThat(outlet.data().subList(1, data.length + 1)).containsExactly(data);
        return this;
    }

    public List<Received> events() {
        return outlet.events();
    }

    public List<String> ids() {
        return outlet.events().stream().map(Received::id).toList();
    }
}
