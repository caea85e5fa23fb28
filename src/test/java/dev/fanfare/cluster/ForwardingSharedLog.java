package dev.fanfare.cluster;

import dev.fanfare.log.SharedLog;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** A log that does what another does, but for what a test overrides. */
class ForwardingSharedLog implements SharedLog {
    private final SharedLog to;

    ForwardingSharedLog(SharedLog to) {
        this.to = to;
    }

    @Override
    public CompletionStage<Stand> attach(Known known) {
        return to.attach(known);
    }

    @Override
    public CompletionStage<List<Outcome>> append(long sequence, List<Publication> batch) {
        return to.append(sequence, batch);
    }

    @Override
    public AutoCloseable follow(long after, Follower follower) {
        return to.follow(after, follower);
    }

    @Override
    public CompletionStage<Stretch> read(long after, int mostEvents, long mostBytes) {
        return to.read(after, mostEvents, mostBytes);
    }

    @Override
    public Optional<Stand> stand() {
        return to.stand();
    }

    @Override
    public Optional<String> fault() {
        return to.fault();
    }

    @Override
    public void close() {
        to.close();
    }
}
