package dev.fanfare.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** The types that an application may use, as {@code docs/reference/java.md} lists them. */
public final class PublicFace {
    private static final Pattern ROW =
            Pattern.compile("^\\| `(dev\\.fanfare[a-z.]*)` \\| (.*) \\|$", Pattern.MULTILINE);
    private static final Pattern NAME = Pattern.compile("`(\\w+)`");

    private PublicFace() {}

    /** Their full names. */
    public static SortedSet<String> types() {
        String page;
        try {
            page = Files.readString(Path.of("docs/reference/java.md"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        String section = page.substring(page.indexOf("## The public face"), page.indexOf("## Dependencies"));
        SortedSet<String> types = new TreeSet<>();
        ROW.matcher(section)
                .results()
                .forEach(row -> NAME.matcher(row.group(2))
                        .results()
                        .forEach(name -> types.add(row.group(1) + "." + name.group(1))));
        return types;
    }
}
