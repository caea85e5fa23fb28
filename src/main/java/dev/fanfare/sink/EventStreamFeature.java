package dev.fanfare.sink;

import jakarta.ws.rs.core.Configuration;
import jakarta.ws.rs.core.Feature;
import jakarta.ws.rs.core.FeatureContext;

/**
 * What an application needs for streams: events reach sinks as bytes, it is known what a reader wants, answers of {@code text/event-stream} have the headers
 * that keep proxies from holding them back, and HEAD on a method with a sink is answered, where Jersey would open a stream
 * that never ends. Nothing else of an application changes.
 *
 * <p>Found by itself through {@code META-INF/services}, as Jakarta REST 3.1 says in section 4.1; an application that switches
 * that off registers it.
 */
public final class EventStreamFeature implements Feature {
    @Override
    public boolean configure(FeatureContext context) {
        Configuration configuration = context.getConfiguration();
        if (!configuration.isRegistered(EncodedEventsWriter.class)) {
            context.register(new EncodedEventsWriter())
                    .register(new HeadOnStreams())
                    .register(new RequestReader())
                    .register(new StreamHeaders());
        }
        return true;
    }
}
