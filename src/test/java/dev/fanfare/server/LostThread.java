package dev.fanfare.server;

import java.util.concurrent.CountDownLatch;

/** A process that loses a thread of this name to an error, and would else go on for ever. */
final class LostThread {
    private LostThread() {}

    /** @param args the thread's name */
    public static void main(String... args) throws InterruptedException {
        Ending ending = Ending.onSignal();
        ending.onLostThread();
        Thread thread = new Thread(
                () -> {
                    throw new OutOfMemoryError("for the test");
                },
                args[0]);
        thread.start();
        thread.join();
        System.out.println("goes on");
        System.out.flush();
        new CountDownLatch(1).await();
    }
}
