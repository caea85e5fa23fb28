package dev.fanfare.testing;

import java.io.IOException;
import java.nio.file.Path;

/** Pipes that have a name among files, and hold whoever reads them until somebody writes to them. */
public final class Pipes {
    private Pipes() {}

    /** Makes one of this name. */
    public static Path make(Path pipe) throws IOException, InterruptedException {
        int status = new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor();
        if (status != 0) {
            throw new AssertionError("mkfifo ended with " + status);
        }
        return pipe;
    }
}
