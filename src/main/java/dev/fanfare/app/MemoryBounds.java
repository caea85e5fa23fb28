package dev.fanfare.app;

import dev.fanfare.config.Settings;
import dev.fanfare.history.HistorySettings;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** What may come together in the heap by the settings. Stateless. */
final class MemoryBounds {
    private MemoryBounds() {}

    /**
     * What an operator should know, if the limits allow more than the heap can hold.
     *
     * @param heapBytes the most that the heap may have
     */
    static Optional<String> warning(Settings settings, long heapBytes) {
        Map<String, Long> bounds = new LinkedHashMap<>();
        bounds.put("fanfare.stream.tail-bytes", settings.stream().tailBytes());
        bounds.put("fanfare.stream.pinned-bytes", settings.stream().pinnedBytes());
        if (settings.history().store() == HistorySettings.Store.MEMORY) {
            bounds.put("fanfare.history.max-bytes", settings.history().maxBytes());
        }
        // Bodies that are being read, and those that are being kept.
        bounds.put("4 x fanfare.limits.event", 4L * settings.limits().eventBytes());
        long sum = bounds.values().stream().mapToLong(Long::longValue).sum();
        if (sum <= heapBytes) {
            return Optional.empty();
        }
        String parts = bounds.entrySet().stream()
                .map(bound -> bound.getKey() + " (" + mebibytes(bound.getValue()) + ")")
                .collect(Collectors.joining(", "));
        return Optional.of("The limits on memory add up to " + mebibytes(sum) + ", and the heap has at most "
                + mebibytes(heapBytes) + ": lower " + parts + ", or give the JVM more with -Xmx");
    }

    private static String mebibytes(long bytes) {
        return ((bytes + (1 << 20) - 1) >> 20) + " MiB";
    }
}
