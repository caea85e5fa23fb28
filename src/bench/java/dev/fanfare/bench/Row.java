package dev.fanfare.bench;

import java.util.List;

/**
 * What is measured.
 *
 * @param name what the row is called on the command line and in the report
 * @param kind what is done to a server
 * @param clients how many clients it has, or where events are only published, how many publish
 * @param topics how many topics; client i has topic i modulo this
 * @param bytes the data of an event
 * @param rate events a second, all topics together; 0 for as fast as it goes
 * @param stalled how many of the clients never read
 * @param events how many events are published in a request, or missed by each client, or stored, or how many requests came
 *     before; 0 where it means nothing
 */
record Row(String name, Kind kind, int clients, int topics, int bytes, int rate, int stalled, int events) {
    enum Kind {
        /** Events go to clients. */
        DELIVER,
        /** The same, with clients that speak TLS where the server does. */
        SOCKETS,
        /** Clients are connected, and nothing is sent. */
        IDLE,
        /** Clients come, one after another has its head, and go. */
        CONNECT,
        /** Clients come, all at once; before, as many as events have come and gone. */
        CONNECT_AT_ONCE,
        /** Events are published for five seconds over connections that each wait for their answers; before, as many as events. */
        PUBLISH_ALONE,
        /** Events are published over connections that each wait for their answers. */
        PUBLISH,
        /** Clients that were away come back all at once and replay what they missed; nothing else happens. */
        RESUME,
        /** The same, while a publisher goes on. */
        RETURN_AT_ONCE,
        /** The same, but few at a time wait for the heads of their answers. */
        RETURN,
        /** One client replays all that is stored. */
        REPLAY,
        /** Clients resume one after another, with few and with many events stored. */
        FIRST_BYTE,
        /** Events are published on one node of a cluster, and clients of the others get them. */
        NODES,
        /** A node comes to a cluster and copies all that is stored. */
        COPY;

        /** What all rows of such a kind are called on the command line. */
        String group() {
            return compareTo(NODES) >= 0 ? CLUSTER : compareTo(PUBLISH) >= 0 ? HISTORY : FAN_OUT;
        }
    }

    /** Names all rows without a history, with one, or with several nodes on the command line. */
    static final String FAN_OUT = "fan-out";

    static final String HISTORY = "history";
    static final String CLUSTER = "cluster";

    /** As fast as it goes, but the publisher is never further ahead of the slowest half of the clients than this. */
    static final int WINDOW = 64;

    static List<Row> all() {
        return List.of(
                deliver("paced-1000", 1_000, 1, 200, 20, 0),
                deliver("paced-5000", 5_000, 1, 200, 4, 0),
                deliver("pushed-1000", 1_000, 1, 200, 0, 0),
                deliver("pushed-1000-1k", 1_000, 1, 1_024, 0, 0),
                deliver("pushed-1000-16k", 1_000, 1, 16_384, 0, 0),
                deliver("pushed-5000", 5_000, 1, 200, 0, 0),
                deliver("topics-2000", 2_000, 2_000, 200, 1_000, 0),
                deliver("none-stalled", 1_000, 1, 4_096, 20, 0),
                deliver("10-stalled", 1_000, 1, 4_096, 20, 10),
                new Row("idle-5000", Kind.IDLE, 5_000, 1, 200, 0, 0, 0),
                new Row("connect", Kind.CONNECT, 5_000, 1, 200, 0, 0, 0),
                new Row("tls-200", Kind.SOCKETS, 200, 1, 200, 100, 0, 0),
                new Row("connect-cold", Kind.CONNECT_AT_ONCE, 5_000, 1, 200, 0, 0, 0),
                new Row("connect-warm", Kind.CONNECT_AT_ONCE, 5_000, 1, 200, 0, 0, 200_000),
                new Row("publish-cold", Kind.PUBLISH_ALONE, 8, 1, 200, 0, 0, 0),
                new Row("publish-warm", Kind.PUBLISH_ALONE, 8, 1, 200, 0, 0, 200_000),
                new Row("publish-16", Kind.PUBLISH, 16, 1_000, 200, 0, 0, 1),
                new Row("publish-64", Kind.PUBLISH, 64, 1_000, 200, 0, 0, 1),
                new Row("batches-16", Kind.PUBLISH, 16, 1_000, 200, 0, 0, 100),
                new Row("resume-5000", Kind.RESUME, 5_000, 1, 200, 0, 0, 5),
                new Row("return-5000", Kind.RETURN, 5_000, 25, 200, 100, 0, 200),
                new Row("return-5000-at-once", Kind.RETURN_AT_ONCE, 5_000, 25, 200, 100, 0, 200),
                new Row("replay-200k", Kind.REPLAY, 1, 1, 200, 0, 0, 200_000),
                new Row("first-byte-1m", Kind.FIRST_BYTE, 1, 10, 200, 0, 0, 1_000_000),
                new Row("nodes-3", Kind.NODES, 2, 1, 200, 2_000, 0, 1),
                new Row("copy-1m", Kind.COPY, 0, 10, 200, 0, 0, 1_000_000));
    }

    private static Row deliver(String name, int clients, int topics, int bytes, int rate, int stalled) {
        return new Row(name, Kind.DELIVER, clients, topics, bytes, rate, stalled, 0);
    }

    /** Whether it is what is asked for on the command line. */
    boolean isNamed(String wanted) {
        return wanted.equals(name) || wanted.equals(kind.group());
    }

    /** The servers that it is done to unless others are named. */
    List<Subject> subjects() {
        return switch (kind) {
            case DELIVER, IDLE, CONNECT, CONNECT_AT_ONCE, PUBLISH_ALONE ->
                List.of(Subject.BARE, Subject.JERSEY, Subject.FANFARE);
            case SOCKETS -> List.of(Subject.FANFARE, Subject.FANFARE_TLS);
            case NODES, COPY -> List.of(Subject.FANFARE);
            case FIRST_BYTE -> List.of(Subject.FANFARE_SQLITE); // as many events in memory need a larger heap
            default -> List.of(Subject.FANFARE, Subject.FANFARE_SQLITE);
        };
    }
}
