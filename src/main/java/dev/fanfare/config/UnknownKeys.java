package dev.fanfare.config;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Finds keys that this version does not know, in every source, and what was probably meant. */
final class UnknownKeys {
    private final Faults faults;

    UnknownKeys(Faults faults) {
        this.faults = faults;
    }

    /** Values are not shown: that of a misspelled {@code fanfare.auth.key} is a secret. */
    void report(Collection<ValueSource> sources) {
        for (ValueSource source : sources) {
            for (String key : source.keys()) {
                if (!isKnown(key)) {
                    report(key, source.origin(key), meant(key));
                }
            }
            for (String variable : source.unknownVariables()) {
                String meant = meant(likelyKey(variable));
                report(variable, "environment variable", meant == null ? null : Key.variable(meant));
            }
        }
    }

    private void report(String name, String origin, @Nullable String meant) {
        faults.add(name + " (" + origin + ") is a key that this version does not know"
                + (meant == null ? ": see docs/reference/configuration.md" : ": did you mean " + meant + "?"));
    }

    private static boolean isKnown(String key) {
        return Keys.byName().containsKey(key) || StatusKey.parse(key) != null || Keys.packageOf(key) != null;
    }

    private static String likelyKey(String variable) {
        return variable.toLowerCase(Locale.ROOT).replace('_', '.');
    }

    /** The known key that is closest, or null if none is close. */
    static @Nullable String meant(String key) {
        List<String> candidates = new ArrayList<>(Keys.byName().keySet());
        if (key.startsWith(StatusKey.PREFIX)) {
            candidates.addAll(StatusKey.near(key));
        }
        String best = null;
        int least = Math.max(2, key.length() / 6) + 1;
        for (String candidate : candidates) {
            int distance = distance(comparable(key), comparable(candidate));
            if (distance < least) {
                best = candidate;
                least = distance;
            }
        }
        return best != null ? best : withSameEnd(key, candidates);
    }

    /** {@code fanfare.port}: the one key that ends so. */
    private static @Nullable String withSameEnd(String key, List<String> candidates) {
        String end = key.substring(key.lastIndexOf('.'));
        List<String> same =
                candidates.stream().filter(candidate -> candidate.endsWith(end)).toList();
        return same.size() == 1 ? same.get(0) : null;
    }

    /** In the environment dots and hyphens are the same. */
    private static String comparable(String key) {
        return key.replace('-', '.');
    }

    /** Levenshtein: signs to put in, to take out or to change. */
    private static int distance(String from, String to) {
        int[] row = new int[to.length() + 1];
        for (int j = 0; j <= to.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= to.length(); j++) {
                int changed = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(changed, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[to.length()];
    }
}
