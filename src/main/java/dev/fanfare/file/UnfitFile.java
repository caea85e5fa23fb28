package dev.fanfare.file;

import java.io.IOException;

/** A name leads to something that is there and is no file to be read whole. The message goes on after the name of the file. */
public final class UnfitFile extends IOException {
    private static final long serialVersionUID = 1;

    UnfitFile(String words) {
        super(words);
    }

    /** What is wrong, to follow the name of the file or of its key: "is longer than 64 KiB". */
    public String words() {
        return String.valueOf(getMessage());
    }
}
