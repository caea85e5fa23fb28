package dev.fanfare.cli.load;

/** How a server is asked: whole requests of HTTP/1.1, in ASCII. */
public interface LoadRequests {
    /** Subscribes to a topic. */
    String subscribeRequest(int topic);

    /** Publishes an event. The data has digits, blanks and letters only. */
    String publishRequest(int topic, String data);
}
