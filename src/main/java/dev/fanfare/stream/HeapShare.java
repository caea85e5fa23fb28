package dev.fanfare.stream;

/**
 * Parts of the heap, for bounds that have to fit small machines as well: a container with 1 GiB gives a JVM 256 MiB unless it is
 * told otherwise. Stateless.
 */
public final class HeapShare {
    private HeapShare() {}

    /**
     * An even part of the most that the JVM takes for its heap, or less.
     *
     * @param parts into how many parts the heap is divided; at least 1
     * @param mostBytes what is enough, however large the heap is
     */
    public static long of(int parts, long mostBytes) {
        return Math.min(mostBytes, Runtime.getRuntime().maxMemory() / parts);
    }
}
