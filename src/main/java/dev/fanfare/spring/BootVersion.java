package dev.fanfare.spring;

import dev.fanfare.config.ConfigFaults;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Which Spring Boot will do. Stateless. */
final class BootVersion {
    private static final Pattern VERSION = Pattern.compile("([0-9]{1,4})\\.([0-9]{1,4})\\..*");
    private static final int OLDEST_MAJOR = 3;
    private static final int OLDEST_MINOR = 5;

    private BootVersion() {}

    /**
     * Refuses a version that is too old.
     *
     * @param version as Spring Boot says it; null if it doesn't, which is taken for new enough
     * @throws ConfigFaults telling what would be right
     */
    static void require(@Nullable String version) {
        Matcher matcher = VERSION.matcher(version == null ? "" : version);
        if (!matcher.matches()) {
            return;
        }
        int major = Integer.parseInt(matcher.group(1));
        int minor = Integer.parseInt(matcher.group(2));
        if (major < OLDEST_MAJOR || (major == OLDEST_MAJOR && minor < OLDEST_MINOR)) {
            throw new ConfigFaults(List.of("Fanfare needs Spring Boot 3.5 or newer, and this application runs on "
                    + version + ": raise the version of spring-boot-starter-parent"));
        }
    }
}
