package dev.fanfare.server.grizzly;

import java.io.IOException;

/** A process of clients that do nothing, so that what they cost themselves is not in the memory of the test. */
final class IdleCrowd {
    private IdleCrowd() {}

    /** @param args the port and the number of clients */
    public static void main(String[] args) throws IOException {
        try (Crowd crowd = new Crowd(Integer.parseInt(args[0]), Integer.parseInt(args[1])).readBut(0)) {
            System.out.println("open");
            while (System.in.read() >= 0) {
                // Stays until the test closes the pipe.
            }
            System.out.println(crowd.withMarks(0) + " idle clients leave");
        }
    }
}
