package dev.fanfare.history.sqlite;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** SQLite's errors in words. See <a href="https://sqlite.org/rescode.html">result codes</a>. */
final class SqliteFault {
    /** The words for a file that is not what it should be. */
    static final String DAMAGED = "the file is damaged";

    private static final int BUSY = 5;
    private static final int LOCKED = 6;
    private static final int READONLY = 8;
    private static final int IOERR = 10;
    private static final int CORRUPT = 11;
    private static final int FULL = 13;
    private static final int CANTOPEN = 14;
    private static final int NOTADB = 26;

    private SqliteFault() {}

    /** What is wrong, without names of files. */
    static String words(@Nullable Throwable error) {
        if (!(error instanceof SQLException sql)) {
            return error instanceof IllegalArgumentException ? DAMAGED : "an internal error";
        }
        return switch (sql.getErrorCode() & 0xFF) {
            case FULL -> "the disk is full";
            case READONLY -> "the file is read-only";
            case IOERR -> "the disk reports an error";
            case CORRUPT, NOTADB -> DAMAGED;
            case BUSY, LOCKED -> "another program has locked the file";
            case CANTOPEN -> "the file can't be opened";
            default -> "SQLite reports error " + sql.getErrorCode();
        };
    }
}
