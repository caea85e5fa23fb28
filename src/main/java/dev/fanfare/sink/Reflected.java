package dev.fanfare.sink;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A public class of one Jakarta REST implementation, called by reflection, since others are served without it. Immutable. */
record Reflected(Class<?> type) {

    /** @throws IllegalStateException if this version has no such class */
    static Reflected of(ClassLoader loader, String name) {
        try {
            return new Reflected(Class.forName(name, true, loader));
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }

    /** @throws IllegalStateException if this version has no such method */
    Method method(String name, Class<?>... parameters) {
        try {
            return type.getMethod(name, parameters);
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Calls a method.
     *
     * @param target null for a static method
     * @throws RuntimeException what the method throws; what is checked, as the cause
     */
    static @Nullable Object call(Method method, @Nullable Object target, @Nullable Object... arguments) {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            Throwable cause = e.getCause();
            throw cause instanceof RuntimeException unchecked ? unchecked : new IllegalStateException(cause);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Calls a method that gives something. */
    static Object get(Method method, @Nullable Object target, @Nullable Object... arguments) {
        return Objects.requireNonNull(call(method, target, arguments), method::getName);
    }
}
