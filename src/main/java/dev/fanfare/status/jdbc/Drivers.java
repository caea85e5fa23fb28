package dev.fanfare.status.jdbc;

import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Iterator;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The JDBC drivers on the class path. They are looked for here and not only by {@link DriverManager}, which in a servlet
 * container does not see those of a web application.
 */
final class Drivers {
    private static final System.Logger LOG = System.getLogger(Drivers.class.getName());
    private static final Pattern KIND = Pattern.compile("jdbc:[A-Za-z0-9_+-]+:");

    private Drivers() {}

    /**
     * The driver for a URL.
     *
     * @throws IllegalArgumentException if the URL is none of JDBC, or no driver takes it; it does not say the whole URL,
     *     which may hold a password
     */
    static Class<? extends Driver> find(String url) {
        String kind = kind(url);
        if (kind.isEmpty()) {
            throw new IllegalArgumentException(
                    "this is not a JDBC URL; write it like 'jdbc:postgresql://localhost/jobs'");
        }
        ClassLoader context = Thread.currentThread().getContextClassLoader();
        for (ClassLoader loader : context == null ? List.of(own()) : List.of(context, own())) {
            Driver found = find(url, ServiceLoader.load(Driver.class, loader).iterator());
            if (found != null) {
                return found.getClass();
            }
        }
        Driver registered = find(url, DriverManager.drivers().iterator());
        if (registered != null) {
            return registered.getClass();
        }
        throw new IllegalArgumentException("there is no driver for '" + kind + "' on the class path: put its jar into a"
                + " folder lib beside fanfare.jar and start with java -cp 'fanfare.jar:lib/*' dev.fanfare.server.Main (in a"
                + " WAR: into the server's lib)");
    }

    private static ClassLoader own() {
        ClassLoader own = Drivers.class.getClassLoader();
        return own == null ? ClassLoader.getSystemClassLoader() : own;
    }

    private static @Nullable Driver find(String url, Iterator<Driver> drivers) {
        while (true) {
            try {
                if (!drivers.hasNext()) {
                    return null;
                }
                Driver driver = drivers.next();
                if (driver.acceptsURL(url)) {
                    return driver;
                }
            } catch (ServiceConfigurationError e) {
                // Another driver than the one wanted may be broken.
                LOG.log(System.Logger.Level.DEBUG, "A JDBC driver can't be loaded", e);
            } catch (SQLException e) {
                // It knows the kind of the URL, but not what follows; connecting would tell no more.
                LOG.log(System.Logger.Level.DEBUG, "A JDBC driver does not take a URL", e);
            }
        }
    }

    /** What a URL begins with, {@code jdbc:postgresql:}; empty if it is none of JDBC. */
    static String kind(String url) {
        Matcher matcher = KIND.matcher(url);
        return matcher.lookingAt() ? matcher.group() : "";
    }
}
