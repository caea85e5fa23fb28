package dev.fanfare.rest.events;

import dev.fanfare.event.Selector;
import dev.fanfare.joint.MemberName;
import dev.fanfare.joint.Refusal;
import dev.fanfare.joint.Wishes;
import dev.fanfare.rest.StatusAccess;
import dev.fanfare.rest.problem.ProblemException;
import dev.fanfare.status.ParamsRefused;
import dev.fanfare.status.StatusUrl;
import dev.fanfare.status.StreamOptions;
import dev.fanfare.status.watch.Joining;
import dev.fanfare.status.watch.SourceView;
import dev.fanfare.status.watch.Statuses;
import dev.fanfare.status.watch.UnknownSource;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;

/** Reads what members a client asks for, and finds out which of them it may have. Thread-safe. */
final class MemberReader {
    /** Most characters of a status with its parameters. */
    private static final int MAX_STATUS_CHARS = 16 * 1024;

    private final Statuses statuses;
    private final StatusAccess access;

    MemberReader(Statuses statuses, StatusAccess access) {
        this.statuses = statuses;
        this.access = access;
    }

    /**
     * Has each member looked at by itself; a name that is given twice counts once.
     *
     * @throws IllegalStateException if the service is closed
     */
    Wishes read(Collection<MemberName> names, Sender sender) {
        List<Selector> topics = new ArrayList<>();
        Map<MemberName, Joining> joinings = new LinkedHashMap<>();
        List<Refusal> refused = new ArrayList<>();
        for (MemberName name : new LinkedHashSet<>(names)) {
            try {
                if (name.kind() == MemberName.Kind.TOPIC) {
                    topics.add(topic(name.text(), sender));
                } else {
                    joinings.put(name, statuses.current(() -> status(name.text(), sender)));
                }
            } catch (ProblemException e) {
                refused.add(Refusal.of(name, e.getResponse().getStatus(), e.detail()));
            }
        }
        return new Wishes(topics, joinings, refused);
    }

    private static Selector topic(String text, Sender sender) {
        ProblemException noTopics = sender.noTopics();
        if (noTopics != null) {
            throw noTopics;
        }
        try {
            return Selector.parse(text);
        } catch (IllegalArgumentException e) {
            throw ProblemException.badRequest("The topic is refused: " + e.getMessage() + ".");
        }
    }

    private Joining status(String text, Sender sender) {
        if (text.length() > MAX_STATUS_CHARS) {
            throw ProblemException.badRequest("The status has more than " + MAX_STATUS_CHARS
                    + " characters; name a source and its parameters, such as jobs?id=42.");
        }
        int query = text.indexOf('?');
        String source = query < 0 ? text : text.substring(0, query);
        SourceView found;
        try {
            found = statuses.source(source);
        } catch (UnknownSource e) {
            throw ProblemException.notFound(e.getMessage() + ".");
        }
        StatusAccess.Viewer viewer = access.viewer(source, sender.grant());
        try {
            Map<String, List<String>> params = params(query < 0 ? "" : text.substring(query + 1));
            StatusUrl url = found.url(params);
            StreamOptions options = found.options(params);
            viewer.require(url);
            return found.joining(url, options, null);
        } catch (ParamsRefused e) {
            viewer.requireParameters(source);
            throw ProblemException.badRequest(e.getMessage() + ".");
        }
    }

    private static Map<String, List<String>> params(String query) {
        Map<String, List<String>> params = new LinkedHashMap<>();
        for (String pair : query.split("&", -1)) {
            if (!pair.isEmpty()) {
                int equals = pair.indexOf('=');
                String name = decoded(equals < 0 ? pair : pair.substring(0, equals));
                String value = equals < 0 ? "" : decoded(pair.substring(equals + 1));
                params.computeIfAbsent(name, key -> new ArrayList<>(1)).add(value);
            }
        }
        return params;
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw ProblemException.badRequest("The parameters of the status have a '%' without two hexadecimal digits"
                    + " behind it; write the sign itself as %25.");
        }
    }
}
