package dev.fanfare;

import java.time.Duration;
import java.util.List;

/**
 * Resources that show a service at work. A port, filled through {@code META-INF/services/dev.fanfare.Demonstration}, so that
 * no other package knows the demo and it can be deleted.
 */
public interface Demonstration extends AutoCloseable {
    /**
     * Starts the demonstration; called once.
     *
     * @param count how far it counts
     * @param delay from one event to the next
     * @param retry the reconnection delay that clients get
     * @return resources, to be registered as they are
     */
    List<Object> start(Fanfare fanfare, int count, Duration delay, Duration retry);

    /** Stops what {@link #start} started. */
    @Override
    void close();
}
