package org.jboss.resteasy.reactive.server.core;

/** In the shape of Quarkus REST's own. */
public final class CurrentRequestManager {
    private static final ThreadLocal<ResteasyReactiveRequestContext> CURRENT = new ThreadLocal<>();

    private CurrentRequestManager() {}

    public static ResteasyReactiveRequestContext get() {
        return CURRENT.get();
    }

    public static void set(ResteasyReactiveRequestContext context) {
        CURRENT.set(context);
    }
}
