package dev.fanfare.suite;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a document has in its fences, so that tests run what a reader copies. */
final class Document {
    private static final Pattern FENCE = Pattern.compile("^```([a-z]*)\n(.*?)^```", Pattern.DOTALL | Pattern.MULTILINE);
    private static final Pattern COMMAND = Pattern.compile("^(\\$ )?(curl|printf|java|npm|node|bash) .*");

    /** A fence: what stands behind its opening, and what is in it. */
    private record Block(String language, String text) {}

    private final Path path;
    private final List<Block> blocks = new ArrayList<>();

    private Document(Path path) {
        this.path = path;
        try {
            Matcher fence = FENCE.matcher(Files.readString(path));
            while (fence.find()) {
                blocks.add(new Block(fence.group(1), fence.group(2)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A file of the project, as {@code docs/how-to/publish.md}. */
    static Document read(String path) {
        return new Document(Path.of(path));
    }

    /** The first block in a language. */
    String block(String language) {
        return blocks.stream()
                .filter(block -> block.language().equals(language))
                .map(Block::text)
                .findFirst()
                .orElseThrow(() -> new AssertionError(path + " has no block of " + language));
    }

    /** All blocks in a language, in their order. */
    List<String> blocks(String language) {
        return blocks.stream()
                .filter(block -> block.language().equals(language))
                .map(Block::text)
                .toList();
    }

    /** The block that has this text. */
    String blockWith(String text) {
        return blocks.stream()
                .map(Block::text)
                .filter(block -> block.contains(text))
                .findFirst()
                .orElseThrow(() -> new AssertionError(path + " has no block with " + text));
    }

    /** All commands of all blocks without a language, in their order, with what continues them; prompts and output are left out. */
    List<String> commands() {
        List<String> commands = new ArrayList<>();
        for (Block block : blocks) {
            if (block.language().isEmpty()) {
                addCommands(block.text(), commands);
            }
        }
        return commands;
    }

    private static void addCommands(String block, List<String> commands) {
        boolean prompts = block.startsWith("$ ");
        StringBuilder command = new StringBuilder();
        for (String line : block.lines().toList()) {
            boolean begins = COMMAND.matcher(line).matches() && line.startsWith("$ ") == prompts;
            if (command.isEmpty() ? begins : isContinued(command)) {
                command.append(begins && command.isEmpty() && prompts ? line.substring(2) : line)
                        .append('\n');
                if (!isContinued(command)) {
                    commands.add(command.toString().strip());
                    command.setLength(0);
                }
            }
        }
    }

    /** By a backslash, a pipe, or a quotation mark that is open. */
    private static boolean isContinued(CharSequence command) {
        String text = command.toString().stripTrailing();
        return text.endsWith("\\")
                || text.endsWith("|")
                || text.chars().filter(sign -> sign == '\'').count() % 2 == 1;
    }

    @Override
    public String toString() {
        return path.toString();
    }
}
