package com.example.news;

import dev.fanfare.Fanfare;
import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** The one Fanfare of the application. */
@ApplicationScoped
class Streams {
    private final Fanfare fanfare = Fanfare.create();

    @Produces
    @Singleton
    Fanfare fanfare() {
        return fanfare;
    }

    /** Ends all streams before Quarkus waits for open requests, which they are. */
    void stopping(@Observes ShutdownDelayInitiatedEvent event) {
        fanfare.close();
    }

    @PreDestroy
    void close() {
        fanfare.close();
    }
}
