package dev.fanfare.rest.cors;

import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MultivaluedMap;
import java.util.ArrayList;
import java.util.List;

/** Adds to an answer's {@code Vary}: RFC 9110, 12.5.5. */
public final class Vary {

    private Vary() {}

    /** Keeps what is there and adds the name unless it, or {@code *}, is among it; the result is one header line. */
    public static void add(MultivaluedMap<String, Object> headers, String name) {
        List<String> names = new ArrayList<>();
        for (Object value : headers.getOrDefault(HttpHeaders.VARY, List.of())) {
            for (String one : value.toString().split(",", -1)) {
                if (!one.isBlank()) {
                    names.add(one.strip());
                }
            }
        }
        if (names.stream().noneMatch(one -> one.equals("*") || one.equalsIgnoreCase(name))) {
            names.add(name);
            headers.putSingle(HttpHeaders.VARY, String.join(", ", names));
        }
    }
}
