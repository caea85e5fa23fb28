package dev.fanfare.status.rules;

import jakarta.json.Json;
import jakarta.json.JsonException;
import jakarta.json.JsonValue;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;

/**
 * When a status has changed: when its id has, unless nothing but numbers has moved, and each within its dead-band. The id is
 * the first 16 hex digits of SHA-256 over the canonical value, in which key order and white space do not count, numbers
 * count by value, and ignored JSON Pointers are left out. In a pointer the token {@code *} stands for every member or element. So the id is the same after a restart and on every node. Immutable;
 * equal if the same is ignored and the same dead-bands hold.
 */
public final class ChangeRule {
    /** Every change counts. */
    public static final ChangeRule ANY = new ChangeRule(List.of(), List.of());

    /** Statuses nested deeper than this are refused. */
    public static final int MAX_DEPTH = 100;

    private final List<String> pointers;
    private final List<DeadBand> bands;
    private final Canonical.Marks ignored;
    private final Canonical.Marks banded;

    private ChangeRule(List<String> pointers, List<DeadBand> bands) {
        this.pointers = pointers;
        this.bands = bands;
        this.ignored = new Canonical.Marks();
        this.banded = new Canonical.Marks();
        for (String pointer : pointers) {
            ignored.at(pointer).isLeftOut = true;
            banded.at(pointer).isLeftOut = true;
        }
        bands.forEach(band -> banded.at(band.pointer()).bands.add(band));
    }

    /**
     * A rule to which some members do not matter.
     *
     * @param pointers JSON Pointers (RFC 6901) such as {@code /updatedAt} or {@code /steps/0/took}
     * @throws IllegalArgumentException naming the one that is wrong
     */
    public static ChangeRule ignoring(List<String> pointers) {
        return of(pointers, List.of());
    }

    /**
     * A rule to which some members do not matter, and some numbers only if they move enough: out of all dead-bands that they
     * have.
     *
     * @throws IllegalArgumentException naming what is wrong
     */
    public static ChangeRule of(List<String> ignore, List<DeadBand> bands) {
        ignore.forEach(ChangeRule::requirePointer);
        TreeMap<String, DeadBand> distinct = new TreeMap<>();
        for (DeadBand band : bands) {
            distinct.merge(band.pointer() + (band.isPercent() ? " pct" : ""), band, ChangeRule::wider);
        }
        return new ChangeRule(List.copyOf(new LinkedHashSet<>(ignore)), List.copyOf(distinct.values()));
    }

    private static DeadBand wider(DeadBand one, DeadBand other) {
        return one.width().compareTo(other.width()) >= 0 ? one : other;
    }

    private static void requirePointer(String pointer) {
        if (pointer.isEmpty()) {
            throw new IllegalArgumentException(
                    "an empty JSON Pointer to ignore is the whole status, which then would never change");
        }
        try {
            Json.createPointer(pointer);
        } catch (JsonException e) {
            throw new IllegalArgumentException(
                    "'" + pointer + "' is not a JSON Pointer; write what to ignore like '/updatedAt'", e);
        }
    }

    /** This rule, to which what does not matter to {@code other} does not matter either. */
    public ChangeRule narrowedBy(ChangeRule other) {
        if (other.equals(ANY) || other.equals(this)) {
            return this;
        }
        List<String> both = new ArrayList<>(pointers);
        both.addAll(other.pointers);
        List<DeadBand> bothBands = new ArrayList<>(bands);
        bothBands.addAll(other.bands);
        return of(both, bothBands);
    }

    /** The pointers that are ignored. */
    public List<String> pointers() {
        return pointers;
    }

    /** The dead-bands of numbers. */
    public List<DeadBand> bands() {
        return bands;
    }

    /**
     * The id of a status: 16 lower-case hex digits.
     *
     * @throws IllegalArgumentException if it is nested deeper than {@link #MAX_DEPTH}
     */
    public String idOf(JsonValue status) {
        return new Canonical().hash(status, ignored);
    }

    /**
     * A status as the rule sees it: its id, and what is compared with its dead-bands.
     *
     * @throws IllegalArgumentException if the status is nested deeper than {@link #MAX_DEPTH}
     */
    public Fingerprint fingerprint(JsonValue status) {
        String id = idOf(status);
        if (bands.isEmpty()) {
            return new Fingerprint(id, id, List.of());
        }
        Canonical canonical = new Canonical();
        String coarse = canonical.hash(status, banded);
        return new Fingerprint(id, coarse, canonical.banded());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ChangeRule rule
                && Set.copyOf(pointers).equals(Set.copyOf(rule.pointers))
                && bands.equals(rule.bands);
    }

    @Override
    public int hashCode() {
        return 31 * Set.copyOf(pointers).hashCode() + bands.hashCode();
    }

    @Override
    public String toString() {
        return "ignoring " + pointers + (bands.isEmpty() ? "" : ", with dead-bands " + bands);
    }
}
