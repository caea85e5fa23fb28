package dev.fanfare.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The head of an answer.
 *
 * @param headers values by name, in the order they came; names of any case find them
 */
record HttpHead(int status, Map<String, List<String>> headers) {
    /** Before there is one. */
    static final HttpHead NONE = new HttpHead(0, Map.of());

    static HttpHead parse(String text) {
        String[] lines = text.split("\r\n");
        Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (int i = 1; i < lines.length; i++) {
            String[] pair = lines[i].split(":", 2);
            headers.computeIfAbsent(pair[0], name -> new ArrayList<>()).add(pair[1].strip());
        }
        return new HttpHead(Integer.parseInt(lines[0].split(" ", 3)[1]), headers);
    }

    boolean has(String name, String value) {
        return headers.getOrDefault(name, List.of()).stream().anyMatch(value::equalsIgnoreCase);
    }
}
