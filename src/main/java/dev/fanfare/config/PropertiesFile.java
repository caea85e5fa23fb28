package dev.fanfare.config;

import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/*
 * The format takes a backslash away that stands before a character it has no escape for, and says nothing. A regular
 * expression for origins then allows more than its author meant: 'https://.*\.example\.org' also matches
 * 'https://evil-example-org'.
 */
/** Reads files of properties in UTF-8, and refuses a backslash that the format would swallow. Stateless. */
public final class PropertiesFile {
    private static final int MOST_KIB = 1024;
    private static final String BYTE_ORDER_MARK = "\uFEFF";
    private static final Pattern LINE_END = Pattern.compile("\r\n|\r|\n");
    private static final Pattern UNICODE = Pattern.compile("u[0-9A-Fa-f]{4}.*", Pattern.DOTALL);

    /** What may follow a backslash: itself, and signs that would else end a key or begin a comment. */
    private static final String ESCAPES = "\\:=#! ";

    /** Escapes for control characters, which no value but a statement has: they are parts of paths, such as C:\temp. */
    private static final String CONTROLS = "tnrf";

    private static final Pattern STATEMENT = Pattern.compile("[^\\s=:]+\\.sql[\\s=:]");

    private PropertiesFile() {}

    /**
     * The properties of a file.
     *
     * @param name as faults call it
     * @throws ConfigFaults if it is not text in UTF-8, is longer than 1 MiB, or has a wrong backslash; names every line with one
     */
    public static Properties read(String name, InputStream file) throws IOException {
        byte[] bytes = file.readNBytes((MOST_KIB << 10) + 1);
        if (bytes.length > MOST_KIB << 10) {
            throw new ConfigFaults(
                    List.of("The file " + name + " is longer than " + MOST_KIB + " KiB: it is hardly a configuration"));
        }
        String text = text(name, bytes);
        List<String> faults = faults(name, text);
        if (!faults.isEmpty()) {
            throw new ConfigFaults(faults);
        }
        Properties properties = new Properties();
        properties.load(new StringReader(text));
        return properties;
    }

    private static String text(String name, byte[] bytes) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            return text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text;
        } catch (CharacterCodingException e) {
            throw new ConfigFaults(List.of("The file " + name + " is not text in UTF-8"));
        }
    }

    private static List<String> faults(String name, String text) {
        List<String> faults = new ArrayList<>();
        boolean continued = false;
        boolean statement = false;
        int number = 0;
        for (String line : LINE_END.split(text, -1)) {
            number++;
            String begin = line.stripLeading();
            if (!continued && (begin.startsWith("#") || begin.startsWith("!"))) {
                continue;
            }
            statement = continued ? statement : STATEMENT.matcher(begin).lookingAt();
            String lost = lost(line, statement);
            if (lost != null) {
                faults.add(fault(name, number, lost));
            }
            continued = endsInBackslash(line);
        }
        if (continued) {
            faults.add(fault(name, number, "\\"));
        }
        return faults;
    }

    private static String fault(String name, int number, String lost) {
        String becomes = CONTROLS.indexOf(lost.charAt(lost.length() - 1)) >= 0
                ? "' would become a control character"
                : "' would be dropped";
        return "The file " + name + ", line " + number + ": the backslash in '" + lost + becomes
                + ", since it is the escape character of properties files: write '\\" + lost + "'";
    }

    /** The first backslash that its author meant as one, with what follows it; no more, since a value may be secret. */
    private static @Nullable String lost(String line, boolean statement) {
        for (int i = line.indexOf('\\'); i >= 0 && i + 1 < line.length(); i = line.indexOf('\\', i + 2)) {
            char next = line.charAt(i + 1);
            boolean known = ESCAPES.indexOf(next) >= 0
                    || (statement && CONTROLS.indexOf(next) >= 0)
                    || UNICODE.matcher(line.substring(i + 1)).matches();
            if (!known) {
                return line.substring(i, i + 2);
            }
        }
        return null;
    }

    private static boolean endsInBackslash(String line) {
        int count = 0;
        while (count < line.length() && line.charAt(line.length() - 1 - count) == '\\') {
            count++;
        }
        return count % 2 == 1;
    }
}
