package dev.fanfare.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
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
        return ofServer(file, commandLine, systemProperties, environment).load();
    }

    private static SettingsLoader ofServer(
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
        return loader;
    }

    /**
     * The settings of the standalone server, to be compared with those that it reads later; otherwise as {@link #standalone}.
     *
     * @throws ConfigFaults if anything is wrong; tells everything that is
     */
    public static Loaded load(@Nullable Path file, List<CommandLineValue> commandLine) {
        SettingsLoader loader = ofServer(file, commandLine, texts(System.getProperties()), System.getenv());
        Settings settings = loader.load();
        Values values = new Values(loader.sources, loader.faults);
        SortedMap<String, String> set = new TreeMap<>();
        for (String key : values.keys()) {
            Values.Found found = values.find(key);
            if (found != null) {
                set.put(key, found.value());
            }
        }
        return new Loaded(settings, set);
    }

    /**
     * The file of the configuration, which has to be there from now on: the one that is named, else {@link #DEFAULT_FILE} if that
     * exists; else null.
     */
    public static @Nullable Path fileThatIsRead(@Nullable Path file) {
        return file == null && Files.exists(DEFAULT_FILE) ? DEFAULT_FILE : file;
    }

    /**
     * The settings of a standalone server that runs, read again. Does not wait for somebody to write into a pipe, which a start may
     * do; otherwise as {@link #load}.
     *
     * @throws ConfigFaults if anything is wrong, or the file is a pipe or a device, which can be read once; tells everything that is
     */
    public static Loaded loadAgain(@Nullable Path file, List<CommandLineValue> commandLine) {
        Path again = file != null ? file : DEFAULT_FILE;
        if (Files.exists(again) && !Files.isRegularFile(again)) {
            throw new ConfigFaults(
                    List.of(
                            "The configuration " + again
                                    + " is a directory, a pipe or a device, which can't be read again: give the server a file, or restart it"));
        }
        return load(file, commandLine);
    }

    /**
     * Where the standalone server of a configuration says which process it is; null for nowhere. What else may be wrong with the
     * configuration does not matter.
     *
     * @throws ConfigFaults if the file can't be read
     */
    public static @Nullable Path pidFile(@Nullable Path file, List<CommandLineValue> commandLine) {
        SettingsLoader loader = ofServer(file, commandLine, texts(System.getProperties()), System.getenv());
        loader.faults.throwIfAny();
        return SettingsReader.pidFile(new Values(loader.sources, new Faults()));
    }

    /**
     * What was read once. Immutable.
     *
     * @param settings what it means
     * @param set what is set, by the key
     */
    public record Loaded(Settings settings, SortedMap<String, String> set) {
        /** Copies what is set. */
        public Loaded {
            set = Collections.unmodifiableSortedMap(new TreeMap<>(set));
        }

        /** The keys that have another value than before, or none any more, or had none. */
        public SortedSet<String> changedSince(Loaded before) {
            SortedSet<String> changed = new TreeSet<>(set.keySet());
            changed.addAll(before.set.keySet());
            changed.removeIf(key -> Objects.equals(set.get(key), before.set.get(key)));
            return changed;
        }

        /** Of the keys that have changed, those that a running server can't take. */
        public SortedSet<String> needingRestartSince(Loaded before) {
            SortedSet<String> changed = changedSince(before);
            changed.removeIf(Keys::isReloaded);
            return changed;
        }

        /** The names of sources that are there and are defined in another way than before, or were not there. */
        public Set<String> sourcesChangedSince(Loaded before) {
            Set<String> changed = new TreeSet<>();
            for (String key : changedSince(before)) {
                StatusKey parts = StatusKey.parse(key);
                if (parts != null) {
                    changed.add(parts.source());
                } else if (key.equals(Keys.WATCHES.name())) {
                    changed.addAll(settings.status().sources().keySet());
                }
            }
            changed.retainAll(settings.status().sources().keySet());
            return changed;
        }

        /** Without values, which may be secrets. */
        @Override
        public String toString() {
            return "Loaded" + set.keySet();
        }
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
