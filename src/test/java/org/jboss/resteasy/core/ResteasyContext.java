package org.jboss.resteasy.core;

import java.util.HashMap;
import java.util.Map;

/** What a thread of RESTEasy knows of its request, in the shape of RESTEasy's own. */
public final class ResteasyContext {
    private static final ThreadLocal<Map<Class<?>, Object>> DATA = ThreadLocal.withInitial(HashMap::new);

    private ResteasyContext() {}

    public static <T> void pushContext(Class<T> type, T data) {
        DATA.get().put(type, data);
    }

    public static void clearContextData() {
        DATA.remove();
    }

    public static <T> T getContextData(Class<T> type) {
        return type.cast(DATA.get().get(type));
    }
}
