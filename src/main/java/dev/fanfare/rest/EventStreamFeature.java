package dev.fanfare.rest;

import jakarta.ws.rs.core.Feature;
import jakarta.ws.rs.core.FeatureContext;

/**
 * What an application needs so that events reach sinks as bytes. Found by itself through {@code META-INF/services}, as
 * Jakarta REST 3.1 says in section 4.1; an application that switches that off registers it.
 */
public final class EventStreamFeature implements Feature {
    @Override
    public boolean configure(FeatureContext context) {
        if (!context.getConfiguration().isRegistered(EncodedEventsWriter.class)) {
            context.register(new EncodedEventsWriter());
        }
        return true;
    }
}
