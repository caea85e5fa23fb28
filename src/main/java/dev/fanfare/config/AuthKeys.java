package dev.fanfare.config;

import dev.fanfare.auth.TokenAlgorithm;
import java.util.List;

/** The keys below {@code fanfare.auth} that say how tokens are checked: for all, or for publishers or subscribers alone. */
final class AuthKeys {
    private static final String AS_FOR_ALL = "as `fanfare.auth.%s`";

    /** For all. */
    static final AuthKeys BOTH = new AuthKeys("auth.", false);

    static final AuthKeys PUBLISHER = new AuthKeys("auth.publisher.", true);
    static final AuthKeys SUBSCRIBER = new AuthKeys("auth.subscriber.", true);

    final Key<String> key;
    final Key<String> keyFile;
    final Key<TokenAlgorithm> algorithm;
    final Key<String> jwks;

    private AuthKeys(String prefix, boolean overrides) {
        key = Key.without(
                prefix + "key", ValueFormat.text("a secret text, or a public key in PEM"), none(overrides, "key"));
        keyFile = Key.without(prefix + "key-file", ValueFormat.text("a file name"), none(overrides, "key-file"));
        ValueFormat<TokenAlgorithm> form =
                new ValueFormat<>(TokenAlgorithm.names().replaceFirst(", (`[^`]+`)$", " or $1"), TokenAlgorithm::of);
        algorithm = overrides
                ? Key.without(prefix + "algorithm", form, String.format(AS_FOR_ALL, "algorithm"))
                : Key.of(prefix + "algorithm", form, TokenAlgorithm.HS256.toString());
        jwks = Key.without(prefix + "jwks", ValueFormat.text("a file name, or an https URL"), none(overrides, "jwks"));
    }

    private static String none(boolean overrides, String name) {
        return overrides ? String.format(AS_FOR_ALL, name) : "none";
    }

    /** All of them. */
    List<Key<?>> all() {
        return List.of(key, keyFile, algorithm, jwks);
    }
}
