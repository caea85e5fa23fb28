package dev.fanfare.bench;

import java.util.List;

/**
 * What is measured.
 *
 * @param name what the row is called on the command line and in the report
 * @param kind what is done to a server
 * @param clients how many clients it has
 * @param topics how many topics; client i has topic i modulo this
 * @param bytes the data of an event
 * @param rate events a second, all topics together; 0 for as fast as it goes
 * @param stalled how many of the clients never read
 */
record Row(String name, Kind kind, int clients, int topics, int bytes, int rate, int stalled) {
    enum Kind {
        /** Events go to clients. */
        DELIVER,
        /** Clients are connected, and nothing is sent. */
        IDLE,
        /** Clients come, one after another has its head, and go. */
        CONNECT
    }

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
                new Row("idle-5000", Kind.IDLE, 5_000, 1, 200, 0, 0),
                new Row("connect", Kind.CONNECT, 5_000, 1, 200, 0, 0));
    }

    private static Row deliver(String name, int clients, int topics, int bytes, int rate, int stalled) {
        return new Row(name, Kind.DELIVER, clients, topics, bytes, rate, stalled);
    }
}
