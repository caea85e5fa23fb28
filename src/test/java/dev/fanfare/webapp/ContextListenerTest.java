package dev.fanfare.webapp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.Fanfare;
import dev.fanfare.config.ConfigFaults;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Proxy;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The life of the service in a web application whose classes come from a directory that may be taken away. */
class ContextListenerTest {
    private static final String ROOT = "/WEB-INF/classes/";

    @TempDir
    Path classes;

    /** As a web application has: its own classes first, read when they are first needed. */
    private static final class WebLoader extends ClassLoader {
        private final Path classes;

        WebLoader(Path classes) {
            super(ContextListenerTest.class.getClassLoader());
            this.classes = classes;
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.startsWith("dev.fanfare.")) {
                return super.loadClass(name, resolve);
            }
            synchronized (getClassLoadingLock(name)) {
                Class<?> loaded = findLoadedClass(name);
                return loaded != null ? loaded : read(name);
            }
        }

        private Class<?> read(String name) throws ClassNotFoundException {
            try {
                byte[] bytes = Files.readAllBytes(classes.resolve(name.replace('.', '/') + ".class"));
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }
    }

    private ServletContext context() {
        return context(null);
    }

    /** @param file what is in {@code WEB-INF/fanfare.properties} */
    private ServletContext context(@Nullable String file) {
        return (ServletContext) Proxy.newProxyInstance(
                ServletContext.class.getClassLoader(),
                new Class<?>[] {ServletContext.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "getResourcePaths" -> paths((String) arguments[0]);
                    case "setInitParameter" -> true;
                    case "getResourceAsStream" ->
                        file == null ? null : new ByteArrayInputStream(file.getBytes(StandardCharsets.ISO_8859_1));
                    default -> throw new UnsupportedOperationException(method.getName());
                });
    }

    private Set<String> paths(String directory) throws IOException {
        assertThat(directory).startsWith(ROOT);
        if (!Files.exists(classes.resolve(directory.substring(ROOT.length())))) {
            return Set.of();
        }
        try (Stream<Path> list = Files.list(classes.resolve(directory.substring(ROOT.length())))) {
            return list.map(path -> directory + path.getFileName() + (Files.isDirectory(path) ? "/" : ""))
                    .collect(Collectors.toSet());
        }
    }

    private static void forEach(Path root, Comparator<Path> order, Consumer<Path> step) throws IOException {
        List<Path> all;
        try (Stream<Path> walk = Files.walk(root)) {
            all = walk.sorted(order).toList();
        }
        all.forEach(step);
    }

    private void copyClasses() throws IOException, URISyntaxException {
        Path from = Path.of(Fanfare.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        forEach(from.resolve("dev"), Comparator.naturalOrder(), path -> {
            try {
                Path to = classes.resolve(from.relativize(path).toString());
                if (Files.isDirectory(path)) {
                    Files.createDirectories(to);
                } else {
                    Files.copy(path, to);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    private void deleteClasses() throws IOException {
        forEach(classes.resolve("dev"), Comparator.reverseOrder(), path -> {
            try {
                Files.delete(path);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    /** The build's own system properties would be taken for settings. */
    private static void withoutSettingsOfThisBuild(Runnable step) {
        Properties all = System.getProperties();
        Map<Object, Object> ours = all.entrySet().stream()
                .filter(property -> property.getKey().toString().startsWith("fanfare."))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
        ours.keySet().forEach(all::remove);
        try {
            step.run();
        } finally {
            all.putAll(ours);
        }
    }

    /** Open Liberty undeploys when the WAR is gone, and reads classes from it until then. */
    @Test
    void theServiceEndsWholeThoughItsClassesCanNoLongerBeRead() throws Exception {
        copyClasses();
        ServletContextListener listener = (ServletContextListener) new WebLoader(classes)
                .loadClass(ContextListener.class.getName())
                .getDeclaredConstructor()
                .newInstance();
        ServletContextEvent event = new ServletContextEvent(context());
        withoutSettingsOfThisBuild(() -> listener.contextInitialized(event));

        deleteClasses();

        listener.contextDestroyed(event);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "fanfare.history.path=C:\\users\\events.db |, line 1: the backslash in '\\u' would be dropped, since it is the"
                        + " escape character of properties files: write '\\\\u'",
                "fanfare.history.path=\u00fc | ` is not text in UTF-8`"
            })
    void aFileThatCannotBeReadFailsTheDeploymentWithOneClearMessage(String file, String message) {
        ServletContextEvent event = new ServletContextEvent(context(file));

        assertThatThrownBy(() -> new ContextListener().contextInitialized(event))
                .isInstanceOf(ConfigFaults.class)
                .hasMessage("The file /WEB-INF/fanfare.properties" + message);
    }
}
