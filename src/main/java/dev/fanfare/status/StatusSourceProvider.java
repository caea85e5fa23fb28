package dev.fanfare.status;

/**
 * Adds a source written in Java to the standalone service: name the implementing class in {@code
 * META-INF/services/dev.fanfare.status.StatusSourceProvider} and put the jar on the class path. See {@link
 * java.util.ServiceLoader}; the class needs a public constructor without parameters.
 */
public interface StatusSourceProvider {
    /** The source's name in {@code /status/NAME}: {@code [a-z][a-z0-9-]*}, and not {@code stream}; no other source may have it. */
    String name();

    /** The source. Called once. */
    StatusSource source();

    /** How the source is asked, and its parameters. */
    default SourceSettings settings() {
        return SourceSettings.builder().build();
    }
}
