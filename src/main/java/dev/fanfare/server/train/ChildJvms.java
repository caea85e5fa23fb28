package dev.fanfare.server.train;

import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** JVMs, one after another, each run to its end in a folder. Thread-safe. */
final class ChildJvms {
    /**
     * How one ended.
     *
     * @param isInTime whether by itself
     * @param lastWords what it printed last, in a line
     */
    record Ended(boolean isInTime, int status, String lastWords) {
        boolean isWell() {
            return isInTime && status == 0;
        }

        /** In words, to follow the name of the process. */
        String words() {
            String how = isInTime ? "ended with status " + status : "did not end in time and was killed";
            return lastWords.isBlank() ? how : how + ": " + lastWords;
        }
    }

    private static final int MOST_WORDS_BYTES = 1000;
    private static final int MOST_SECONDS_TO_DIE = 10;

    /** Their options would come on top of those that are given. */
    private static final Set<String> OPTIONS =
            Set.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS", "JDK_AOT_VM_OPTIONS");

    private static final String OUTPUT = "output";

    private final Path folder;
    private final long endNanos;
    private @Nullable Process running;
    private boolean isStopped;

    /**
     * @param folder where they work
     * @param endNanos when the last of them has to have ended, by {@link System#nanoTime}
     */
    ChildJvms(Path folder, long endNanos) {
        this.folder = folder;
        this.endNanos = endNanos;
    }

    /**
     * Runs one, and kills it when the time is over.
     *
     * @throws InterruptedException if the caller is interrupted, or {@link #stop} has been called; it is killed then too
     * @throws IOException if it can't be started
     */
    Ended run(List<String> command) throws IOException, InterruptedException {
        Process process = start(command);
        try {
            boolean isInTime = process.waitFor(endNanos - System.nanoTime(), TimeUnit.NANOSECONDS);
            if (!isInTime) {
                kill(process);
            }
            refuseIfStopped();
            return new Ended(isInTime, isInTime ? process.exitValue() : -1, lastWords());
        } finally {
            process.destroyForcibly();
        }
    }

    private synchronized Process start(List<String> command) throws IOException, InterruptedException {
        refuseIfStopped();
        File output = folder.resolve(OUTPUT).toFile();
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output);
        strip(builder.environment());
        Process process = builder.start();
        running = process;
        process.getOutputStream().close();
        return process;
    }

    /** Takes out what would make a JVM another one than its command says, and the configuration of a server. */
    static void strip(Map<String, String> environment) {
        environment.keySet().removeIf(name -> OPTIONS.contains(name) || name.startsWith("FANFARE_"));
    }

    private synchronized void refuseIfStopped() throws InterruptedException {
        if (isStopped) {
            throw new InterruptedException("stopped");
        }
    }

    private static void kill(Process process) throws InterruptedException {
        process.destroyForcibly().waitFor(MOST_SECONDS_TO_DIE, TimeUnit.SECONDS);
    }

    /** Kills the one that runs, and starts no other; returns at once. */
    synchronized void stop() {
        isStopped = true;
        if (running != null) {
            running.destroyForcibly();
        }
    }

    private String lastWords() throws IOException {
        try (SeekableByteChannel output = Files.newByteChannel(folder.resolve(OUTPUT))) {
            output.position(Math.max(0, output.size() - MOST_WORDS_BYTES));
            ByteBuffer last = ByteBuffer.allocate(MOST_WORDS_BYTES);
            while (last.hasRemaining() && output.read(last) >= 0) {
                // A file may be read in parts.
            }
            return StandardCharsets.UTF_8.decode(last.flip()).toString().strip().replaceAll("\\s+", " ");
        }
    }
}
