package dev.fanfare.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** How a server is started. */
interface Launch {
    /**
     * Starts it.
     *
     * @param directory an empty one that is its own
     * @return once it can be asked
     * @throws IOException if it ends instead
     */
    ServerProcess start(Path directory, List<String> jvmOptions) throws IOException;
}
