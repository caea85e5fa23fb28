package dev.fanfare.testing;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * How long a test waits for what is sure to come. The limit only ends a test that would hang: it is far above what a busy machine
 * needs, so that no test depends on how busy the machine is. It holds for every {@code await()} that names no limit of its own.
 */
public final class Patience implements BeforeAllCallback {
    /** The limit. */
    public static final Duration LONG = Duration.ofSeconds(60);

    @Override
    public void beforeAll(ExtensionContext context) {
        Awaitility.setDefaultTimeout(LONG);
    }
}
