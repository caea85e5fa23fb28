package dev.fanfare.event;

import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * Unpacks gzip of somebody who may mean harm. The JDK's stream calls itself for each empty member, so thousands of them, of 20
 * bytes each, would overflow the stack; here so many in a row are no gzip.
 */
public final class Gunzip extends GZIPInputStream {
    private static final int MOST_EMPTY_MEMBERS = 100;

    private int depth;

    /** Reads the first head. */
    public Gunzip(InputStream in) throws IOException {
        super(in);
    }

    /** @throws ZipException also if very many members in a row are empty */
    @Override
    public int read(byte[] bytes, int from, int length) throws IOException {
        if (depth > MOST_EMPTY_MEMBERS) {
            throw new ZipException("more than " + MOST_EMPTY_MEMBERS + " empty members in a row");
        }
        depth++;
        try {
            return super.read(bytes, from, length);
        } finally {
            depth--;
        }
    }
}
