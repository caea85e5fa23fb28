package dev.fanfare.hub;

import dev.fanfare.event.Event;
import dev.fanfare.event.EventId;
import dev.fanfare.event.Sha256;
import dev.fanfare.event.Topic;
import dev.fanfare.log.AppendOvertaken;
import dev.fanfare.log.History;
import dev.fanfare.log.HistoryUnavailable;
import dev.fanfare.log.ReadFault;
import dev.fanfare.log.Receipts;
import dev.fanfare.stream.HeapShare;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/*
 * A publication names what it must be alone with: the ids of its events and its key. When its turn comes in the queue of those
 * names, it asks the history what it knows, then appends what is new. The next in line starts once that is done, so it finds
 * what was appended.
 *
 * Those in line hold their events, and a client that hears nothing repeats its request under the same key; so there is a bound
 * on all that is under way, and what comes above it is refused at once.
 */
/** Publishes what has not been published yet. Thread-safe; no method blocks. */
final class Idempotency {
    static final int MAX_PUBLICATIONS = 65_536;
    static final long MAX_BYTES = HeapShare.of(8, 64L << 20);
    /** About what an event, an id or a topic takes up besides its texts. */
    private static final int OVERHEAD_BYTES = 240;

    /** How often a publication is compared with what other nodes published meanwhile. */
    private static final int MOST_LOOKS = 5;

    private final History history;
    private final Receipts receipts;
    private final LogIds logIds;
    private final ReadFault lookUpFault =
            new ReadFault("The history can't be read; publications under an idempotency key are refused until it can");

    private final KeyedQueue<String, List<EventId>> publications =
            new KeyedQueue<>(MAX_PUBLICATIONS, MAX_BYTES, "publications with ids or keys");

    Idempotency(History history, Receipts receipts, LogIds logIds) {
        this.history = history;
        this.receipts = receipts;
        this.logIds = logIds;
    }

    /**
     * Publishes what is new.
     *
     * @param events at least one; each may be published
     * @param mayKnow of which events the publisher may know
     */
    CompletionStage<List<EventId>> publish(List<Event> events, @Nullable IdempotencyKey key, Predicate<Event> mayKnow) {
        Set<String> names = new LinkedHashSet<>();
        for (Event event : events) {
            EventId id = event.id();
            if (id != null) {
                names.add("id " + id);
            }
        }
        Publication publication = new Publication(events, key, mayKnow, true);
        if (publication.key != null) {
            names.add("key " + publication.key);
        }
        return publications.inTurn(names, bytesOf(publication.events), publication::publish);
    }

    /** Publishes what has not been published under the key, whatever the ids of its events are. */
    CompletionStage<List<EventId>> publishUnderKey(List<Event> events, IdempotencyKey key) {
        Publication publication = new Publication(events, key, event -> false, false);
        return publications.inTurn(Set.of("key " + publication.key), bytesOf(events), publication::publish);
    }

    private static long bytesOf(List<Event> events) {
        long sum = 0;
        for (Event event : events) {
            sum += OVERHEAD_BYTES + lengthOf(event.data()) + lengthOf(event.comment()) + lengthOf(event.type());
            sum += event.id() == null ? 0 : OVERHEAD_BYTES;
            sum += event.trace() == null
                    ? 0
                    : OVERHEAD_BYTES + event.trace().state().length();
            for (Topic topic : event.topics()) {
                sum += OVERHEAD_BYTES + topic.value().length();
            }
        }
        return sum;
    }

    /** Mostly a byte a character, in memory as in UTF-8. */
    private static long lengthOf(@Nullable String text) {
        return text == null ? 0 : text.length();
    }

    private static boolean sameContent(Event one, Event other) {
        return one.topics().equals(other.topics())
                && Objects.equals(one.data(), other.data())
                && Objects.equals(one.type(), other.type())
                && Objects.equals(one.retry(), other.retry())
                && one.isPrivate() == other.isPrivate();
    }

    /** Events on their way into the history. */
    private final class Publication {
        private final List<Event> events;
        private final @Nullable String key;
        private final Predicate<Event> mayKnow;
        private final boolean comparesIds;

        /** The events that are in the history already, or in this publication twice. */
        private BitSet known = new BitSet();

        Publication(List<Event> events, @Nullable IdempotencyKey key, Predicate<Event> mayKnow, boolean comparesIds) {
            this.comparesIds = comparesIds;
            this.events = events;
            this.mayKnow = mayKnow;
            this.key = key == null
                    ? null
                    : new Digest().add(key.scope()).add(key.key()).hex();
        }

        CompletionStage<List<EventId>> publish() {
            if (key == null) {
                return siftAndAppend();
            }
            return receipts.find(key)
                    .whenComplete((found, error) -> lookUpFault.note(error))
                    .thenCompose(found -> found.isPresent()
                            ? CompletableFuture.completedStage(answerAgain(found.get()))
                            : siftAndAppend());
        }

        /** The content of a receipt is the digest of all events, and which of them were not appended. */
        private String content() {
            Digest digest = new Digest();
            events.forEach(digest::add);
            return digest.hex() + known;
        }

        private List<EventId> answerAgain(Receipts.Receipt receipt) {
            String then = receipt.content();
            int end = then.indexOf('{');
            if (end < 0 || !content().startsWith(then.substring(0, end + 1))) {
                throw new KeyConflict();
            }
            known = new BitSet();
            for (String index : then.substring(end + 1, then.length() - 1).split(",", -1)) {
                if (!index.isBlank()) {
                    known.set(Integer.parseInt(index.strip()));
                }
            }
            return ids(receipt.first());
        }

        private CompletionStage<List<EventId>> siftAndAppend() {
            return comparesIds ? siftAndAppend(MOST_LOOKS) : append(Long.MAX_VALUE);
        }

        /** Looks again where another node was faster; the log then has the event that is to be compared with. */
        private CompletionStage<List<EventId>> siftAndAppend(int looks) {
            long seen = history.head();
            known = new BitSet();
            return sift().thenCompose(done -> append(seen)).exceptionallyCompose(error -> {
                Throwable cause = error instanceof CompletionException ? error.getCause() : error;
                if (!(cause instanceof AppendOvertaken overtaken)) {
                    return CompletableFuture.failedStage(error);
                }
                if (looks == 1) {
                    return CompletableFuture.failedStage(new HistoryUnavailable(
                            "Other nodes publish under the same id all the time, or this one is far behind them",
                            cause));
                }
                long position = overtaken.position();
                return history.has(history.epochAt(position), position)
                        .thenCompose(reached -> siftAndAppend(looks - 1));
            });
        }

        /** Finds out which events are known; one after the other, since a history has better to do than all at once. */
        private CompletionStage<Void> sift() {
            Map<EventId, Event> here = new HashMap<>();
            CompletionStage<Void> sifted = CompletableFuture.completedStage(null);
            for (int i = 0; i < events.size(); i++) {
                Event event = events.get(i);
                EventId id = event.id();
                if (id == null) {
                    continue;
                }
                int index = i;
                Event twin = here.putIfAbsent(id, event);
                sifted = twin != null
                        ? sifted.thenAccept(done -> compare(index, twin, id))
                        : sifted.thenCompose(done -> logIds.eventOf(id, mayKnow))
                                .thenAccept(found -> {
                                    if (found != null) {
                                        compare(index, found.event(), id);
                                    }
                                });
            }
            return sifted;
        }

        private void compare(int index, Event other, EventId id) {
            if (!sameContent(events.get(index), other)) {
                throw new IdConflict(id);
            }
            known.set(index);
        }

        private CompletionStage<List<EventId>> append(long seen) {
            List<Event> fresh = new ArrayList<>(events.size());
            for (int i = known.nextClearBit(0); i < events.size(); i = known.nextClearBit(i + 1)) {
                fresh.add(events.get(i));
            }
            if (key == null && fresh.isEmpty()) {
                return CompletableFuture.completedStage(ids(0));
            }
            if (key == null) {
                return history.appendOnce(fresh, seen).thenApply(this::ids);
            }
            String content = content();
            return receipts.appendOnce(fresh, seen, key, content)
                    .thenApply(
                            receipt -> receipt.content().equals(content) ? ids(receipt.first()) : answerAgain(receipt));
        }

        /** @param first the position of the first event that was appended */
        private List<EventId> ids(long first) {
            List<EventId> ids = new ArrayList<>(events.size());
            long position = first;
            for (int i = 0; i < events.size(); i++) {
                EventId own = events.get(i).id();
                ids.add(own != null ? own : logIds.at(position));
                if (!known.get(i)) {
                    position++;
                }
            }
            return ids;
        }
    }

    /** SHA-256 over texts, each with its length, so that no two lists of texts look alike. */
    private static final class Digest {
        private final MessageDigest digest = Sha256.digest();

        Digest add(@Nullable String text) {
            byte[] bytes = text == null ? new byte[0] : text.getBytes(StandardCharsets.UTF_8);
            digest.update(ByteBuffer.allocate(4)
                    .putInt(text == null ? -1 : bytes.length)
                    .flip());
            digest.update(bytes);
            return this;
        }

        void add(Event event) {
            EventId id = event.id();
            add(id == null ? null : id.value());
            add(Integer.toString(event.topics().size()));
            for (Topic topic : event.topics()) {
                add(topic.value());
            }
            add(event.type()).add(event.data());
            add(event.retry() == null ? null : event.retry().toString());
            add(Boolean.toString(event.isPrivate()));
        }

        String hex() {
            return HexFormat.of().formatHex(digest.digest());
        }
    }
}
