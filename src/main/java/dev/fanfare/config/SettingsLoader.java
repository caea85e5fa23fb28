package dev.fanfare.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.function.UnaryOperator;
import org.eclipse.microprofile.config.spi.ConfigSource;
import org.jspecify.annotations.Nullable;

/**
 * Reads the configuration, once. What comes first wins: the command line, system properties, the environment, a file.
 *
 * <pre>{@code
 * Settings settings = SettingsLoader.standalone(null, List.of(new CommandLineValue("fanfare.http.port", "0", "--port")));
 * }</pre>
 */
public final class SettingsLoader {
    /** The file that is read where none is named, if it exists. */
    public static final Path DEFAULT_FILE = Path.of("fanfare.properties");

    private static final int COMMAND_LINE = 500;
    private static final int SYSTEM_PROPERTIES = 400;
    private static final int ENVIRONMENT = 300;
    private static final int FILE = 100;

    private final List<ValueSource> sources = new ArrayList<>();
    private final Faults faults = new Faults();

    private final boolean listensItself;

    private SettingsLoader(boolean listensItself) {
        this.listensItself = listensItself;
    }

    /**
     * The settings of the standalone server.
     *
     * @param file read instead of {@link #DEFAULT_FILE}; has to exist
     * @throws ConfigFaults if anything is wrong; tells everything that is
     */
    public static Settings standalone(@Nullable Path file, List<CommandLineValue> commandLine) {
        return standalone(file, commandLine, texts(System.getProperties()), System.getenv());
    }

    static Settings standalone(
            @Nullable Path file,
            List<CommandLineValue> commandLine,
            Map<String, String> systemProperties,
            Map<String, String> environment) {
        SettingsLoader loader = new SettingsLoader(true);
        loader.sources.add(ValueSource.of(COMMAND_LINE, commandLine));
        loader.add("system properties", SYSTEM_PROPERTIES, key -> "system property", systemProperties);
        loader.add("environment", ENVIRONMENT, variable -> "environment variable " + variable, environment);
        if (file != null || Files.exists(DEFAULT_FILE)) {
            loader.addFile(file != null ? file : DEFAULT_FILE);
        }
        return loader.load();
    }

    /**
     * The settings of a web application: what the container's MicroProfile Config reads by default, system properties and
     * the environment among it, and below all of that a file of the application.
     *
     * @param file the properties of {@code WEB-INF/fanfare.properties}, or none
     * @throws ConfigFaults if anything is wrong; tells everything that is
     */
    public static Settings webApplication(Properties file) {
        return of(ContainerSources.all(), file);
    }

    /**
     * The settings from given sources, and below all of them a file.
     *
     * @param given by any implementation of MicroProfile Config; in an environment, keys may be spelled {@code FANFARE_…}
     * @param file properties named {@code WEB-INF/fanfare.properties} in faults
     * @throws ConfigFaults if anything is wrong; tells everything that is
     */
    public static Settings of(List<ConfigSource> given, Properties file) {
        SettingsLoader loader = new SettingsLoader(false);
        loader.addInOrder(ContainerSources.given(given));
        loader.addFile("WEB-INF/fanfare.properties", file);
        return loader.load();
    }

    /**
     * The settings of an application that has a configuration of its own.
     *
     * @param given what its places have, the first of which wins
     * @param without keys that mean nothing there, each with what to do in place of it
     * @throws ConfigFaults if anything is wrong; tells everything that is
     */
    public static Settings application(List<GivenValues> given, Map<String, String> without) {
        SettingsLoader loader = new SettingsLoader(false);
        loader.addInOrder(given);
        Values values = new Values(loader.sources, loader.faults);
        without.forEach((key, instead) -> {
            Values.Found found = values.find(key);
            if (found != null) {
                loader.faults.add(found, "has no effect in this application", instead);
            }
        });
        return loader.load();
    }

    private void addInOrder(List<GivenValues> given) {
        int ordinal = FILE + given.size();
        for (GivenValues values : given) {
            add(ordinal + " " + values.name(), ordinal--, values.origin(), values.values());
        }
    }

    private Settings load() {
        Values values = new Values(sources, faults);
        Settings settings = new SettingsReader(values, faults, listensItself).read();
        new UnknownKeys(faults).report(sources);
        faults.throwIfAny();
        return settings;
    }

    private void add(String name, int ordinal, UnaryOperator<String> origin, Map<String, String> properties) {
        sources.add(ValueSource.of(name, ordinal, origin, properties));
    }

    private void addFile(Path file) {
        Properties properties = new Properties();
        try (InputStream in = Files.newInputStream(file)) {
            properties = PropertiesFile.read(file.toString(), in);
        } catch (ConfigFaults e) {
            e.faults().forEach(faults::add);
        } catch (NoSuchFileException e) {
            faults.add("There is no file " + file.toAbsolutePath());
        } catch (AccessDeniedException e) {
            faults.add("The user " + System.getProperty("user.name") + " may not read the file " + file.toAbsolutePath()
                    + ": grant that user read access");
        } catch (IOException e) {
            faults.add("The file " + file + " can't be read: " + e.getMessage());
        }
        addFile(file.toString(), properties);
    }

    /** All keys in a file of ours are ours. */
    private void addFile(String file, Properties properties) {
        Map<String, String> texts = texts(properties);
        for (String key : texts.keySet()) {
            if (!key.startsWith(Key.PREFIX)) {
                faults.add(
                        key + " (" + file + ") is a key that this version does not know: all keys begin with fanfare.");
            }
        }
        texts.keySet().removeIf(key -> !key.startsWith(Key.PREFIX));
        add(file, FILE, key -> file, texts);
    }

    private static Map<String, String> texts(Properties properties) {
        Map<String, String> texts = new LinkedHashMap<>();
        for (String key : properties.stringPropertyNames()) {
            texts.put(key, properties.getProperty(key));
        }
        return texts;
    }
}
