package dev.fanfare.config;

import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which environment variable stands for which key: upper case, and {@code _} for every sign that is no letter or digit. See <a
 * href="https://download.eclipse.org/microprofile/microprofile-config-3.1/microprofile-config-spec-3.1.html#default_configsources.env.mapping">
 * MicroProfile Config 3.1, Environment Variables Mapping Rules</a>.
 */
final class Environment {
    private static final String PREFIX = "FANFARE_";

    private static final Map<String, String> KEYS =
            Keys.byName().keySet().stream().collect(Collectors.toUnmodifiableMap(Key::variable, Function.identity()));

    private static final String LEVELS = Key.variable(Keys.LOG_LEVELS);

    /** The token that the commands of a client send. A shell that has it starts servers too. */
    private static final String CLIENTS_TOKEN = "FANFARE_TOKEN";

    /** What the project's own tests ask for. */
    private static final String WHAT_TESTS_REQUIRE = "FANFARE_REQUIRE_";

    /**
     * What Kubernetes puts into every container of a namespace where a Service is called {@code fanfare} or {@code
     * fanfare-…}.
     */
    private static final Pattern KUBERNETES = Pattern.compile(
            "FANFARE_(?:.+_)?(?:SERVICE_HOST|SERVICE_PORT(?:_.+)?|PORT_[0-9]+_(?:TCP|UDP|SCTP)(?:_.+)?)");

    private static final Pattern KUBERNETES_PORT = Pattern.compile("(?:tcp|udp|sctp)://.*");

    private Environment() {}

    /** Whether a name is spelled like a variable of ours. */
    static boolean isVariable(String name) {
        return name.regionMatches(true, 0, PREFIX, 0, PREFIX.length());
    }

    /** The key that a variable stands for, or null. */
    static @Nullable String key(String variable) {
        String key = KEYS.get(variable.toUpperCase(Locale.ROOT));
        if (key != null) {
            return key;
        }
        String upper = variable.toUpperCase(Locale.ROOT);
        if (upper.startsWith(LEVELS) && upper.length() > LEVELS.length()) {
            return Keys.LOG_LEVELS
                    + variable.substring(LEVELS.length())
                            .toLowerCase(Locale.ROOT)
                            .replace('_', '.');
        }
        StatusKey status = StatusKey.parseVariable(variable);
        return status == null ? null : status.name();
    }

    /** Whether a variable is somebody else's, or has another purpose. */
    static boolean isForeign(String variable, String value) {
        return variable.equals(CLIENTS_TOKEN)
                || variable.startsWith(WHAT_TESTS_REQUIRE)
                || KUBERNETES.matcher(variable).matches()
                || (variable.endsWith("_PORT") && KUBERNETES_PORT.matcher(value).matches());
    }
}
