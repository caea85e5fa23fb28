package dev.fanfare.stream;

import java.io.IOException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.spi.AbstractSelectableChannel;
import java.nio.channels.spi.AbstractSelector;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** A selector without channels that sleeps, wakes, and fails as it is told to. Thread-safe. */
final class FailingSelector extends AbstractSelector {
    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private final Semaphore wakeUps = new Semaphore(0);
    private final Set<SelectionKey> none = new HashSet<>();

    FailingSelector() {
        super(null);
    }

    /** The selections that follow fail in this order, then no more. */
    void failWith(Throwable... errors) {
        failures.addAll(List.of(errors));
        wakeup();
    }

    boolean hasFailed() {
        return failures.isEmpty();
    }

    private int failOr(int selected) throws IOException {
        if (!isOpen()) {
            throw new ClosedSelectorException();
        }
        Throwable failure = failures.poll();
        if (failure instanceof IOException e) {
            throw e;
        } else if (failure instanceof Error e) {
            throw e;
        } else if (failure instanceof RuntimeException e) {
            throw e;
        }
        return selected;
    }

    @Override
    public int selectNow() throws IOException {
        return failOr(0);
    }

    @Override
    public int select(long timeout) throws IOException {
        try {
            if (isOpen()
                    && failures.isEmpty()
                    && wakeUps.tryAcquire(timeout == 0 ? Integer.MAX_VALUE : timeout, TimeUnit.MILLISECONDS)) {
                wakeUps.drainPermits();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return failOr(0);
    }

    @Override
    public int select() throws IOException {
        return select(0);
    }

    @Override
    public Selector wakeup() {
        wakeUps.release();
        return this;
    }

    @Override
    public Set<SelectionKey> keys() {
        return none;
    }

    @Override
    public Set<SelectionKey> selectedKeys() {
        return none;
    }

    @Override
    protected SelectionKey register(AbstractSelectableChannel channel, int operations, Object attachment) {
        throw new UnsupportedOperationException("this selector has no channels");
    }

    @Override
    protected void implCloseSelector() {
        wakeup();
    }
}
