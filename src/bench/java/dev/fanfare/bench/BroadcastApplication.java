package dev.fanfare.bench;

import jakarta.ws.rs.ApplicationPath;
import jakarta.ws.rs.core.Application;
import java.util.Set;

/** The broadcasters as a web application. */
@ApplicationPath("/")
public final class BroadcastApplication extends Application {
    @Override
    public Set<Class<?>> getClasses() {
        return Set.of(BroadcastTopics.class);
    }
}
