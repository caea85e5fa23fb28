package dev.fanfare.cli;

import jakarta.json.Json;

/**
 * An event as it came from a stream.
 *
 * @param id the last event id as of this event; empty if there is none
 * @param type the type; {@code message} if the event named none
 * @param data the data; may be empty and may have several lines
 */
record StreamEvent(String id, String type, String data) {

    /** A JSON object in one line. */
    String json() {
        return Json.createObjectBuilder()
                .add("id", id)
                .add("type", type)
                .add("data", data)
                .build()
                .toString();
    }

    /** The lines of an event stream, with the blank line at the end. */
    String raw() {
        StringBuilder lines = new StringBuilder();
        if (!type.equals("message")) {
            lines.append("event: ").append(type).append('\n');
        }
        if (!id.isEmpty()) {
            lines.append("id: ").append(id).append('\n');
        }
        data.lines().forEach(line -> lines.append("data: ").append(line).append('\n'));
        return lines.append('\n').toString();
    }
}
