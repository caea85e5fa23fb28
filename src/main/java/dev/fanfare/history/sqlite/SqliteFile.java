package dev.fanfare.history.sqlite;

import dev.fanfare.history.Epoch;
import dev.fanfare.history.HistoryRefused;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.Properties;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/*
 * The lock is on a file of its own, FILE.lock, since SQLite locks the database in its own way and closing any descriptor of a
 * file ends a process's POSIX locks on it. For the same reason a second history in this process must not even open it, so the
 * system properties tell which files this process has. The lock file stays when the process ends; the lock does not.
 *
 * A new database is made beside its place and moved there when it is whole, so a file in that place is never half made: what
 * is too short for its own header is torn.
 */
/** The file of a history: this process's alone, looked at before SQLite may write to it, made if there is none. */
final class SqliteFile implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(SqliteFile.class.getName());

    /** What stands in the header of our files: "FANF". */
    private static final int APPLICATION_ID = 0x46414E46;

    /** The layout of our tables; raised when they change. */
    private static final int LAYOUT = 1;

    private static final byte[] MAGIC = "SQLite format 3\0".getBytes(StandardCharsets.US_ASCII);
    private static final int HEADER_BYTES = 100;
    private static final int MOST_LINKS = 40;
    /** Events may be private, so the file is its owner's alone. */
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");

    private final Driver driver;
    private final Path path;
    private final FileChannel lockChannel;
    private @Nullable Object fileKey;

    private SqliteFile(Driver driver, Path path, FileChannel lockChannel) {
        this.driver = driver;
        this.path = path;
        this.lockChannel = lockChannel;
    }

    /**
     * Opens the file for this process alone.
     *
     * @throws HistoryRefused if it is not ours, is damaged, is in use by another process, or can't be made
     */
    static SqliteFile open(Path given) {
        Path path = given.toAbsolutePath();
        try {
            path = followed(path);
            Path directory = path.getParent();
            if (directory == null || Files.isDirectory(path)) {
                throw new HistoryRefused(
                        "fanfare.history.path is " + given + ", which is a directory; it must name a file");
            }
            if (Files.exists(path) && !Files.isRegularFile(path)) {
                throw new HistoryRefused(
                        "fanfare.history.path is " + given
                                + ", which is a device, a pipe or a socket; it must name a file, which is created if it does not exist");
            }
            if (!Files.isDirectory(directory)) {
                throw new HistoryRefused("fanfare.history.path is " + given + ", but there is no directory " + directory
                        + ": create it, or choose another path");
            }
            requireWritable("directory", directory);
            path = Files.exists(path)
                    ? path.toRealPath()
                    : directory.toRealPath().resolve(path.getFileName());
        } catch (IOException e) {
            throw HistoryRefused.forNow("The history's file " + given + " can't be reached: " + e, e);
        }
        SqliteFile file = new SqliteFile(driver(), path, lock(path));
        try {
            file.prepare();
            return file;
        } catch (RuntimeException e) {
            file.close();
            throw e;
        }
    }

    /** Where a link leads, also one to a file that is still to be made: it would else be replaced by that file. */
    private static Path followed(Path path) throws IOException {
        Path target = path;
        for (int links = 0; Files.isSymbolicLink(target); links++) {
            if (links == MOST_LINKS) {
                throw new FileSystemLoopException(path.toString());
            }
            target = target.resolveSibling(Files.readSymbolicLink(target));
        }
        return target;
    }

    private static void requireWritable(String what, Path path) {
        if (!Files.isWritable(path)) {
            throw new HistoryRefused("The history's " + what + " " + path + " can't be written to by the user "
                    + System.getProperty("user.name")
                    + ": give that user the right to, or choose another fanfare.history.path");
        }
    }

    /** By name, so that only an application that uses the store needs the driver, which may be the server's own. */
    private static Driver driver() {
        String name = "org.sqlite.JDBC";
        ClassLoader context = Thread.currentThread().getContextClassLoader();
        for (ClassLoader loader : new ClassLoader[] {SqliteFile.class.getClassLoader(), context}) {
            try {
                Driver driver = Class.forName(name, true, loader)
                        .asSubclass(Driver.class)
                        .getDeclaredConstructor()
                        .newInstance();
                SqliteLibrary.load(driver);
                return driver;
            } catch (ClassNotFoundException e) {
                LOG.log(System.Logger.Level.DEBUG, "The SQLite driver is not in {0}", loader);
            } catch (ReflectiveOperationException | LinkageError e) {
                throw new HistoryRefused("The SQLite driver can't be used here: " + e, e);
            }
        }
        throw new HistoryRefused("fanfare.history.store is sqlite, and its driver (" + name
                + ") was not found: put the jar of org.xerial:sqlite-jdbc on the class path, for a web application into the"
                + " server's own libraries, or set fanfare.history.store=memory");
    }

    private static FileChannel lock(Path path) {
        if (System.getProperties().putIfAbsent(claim(path), "") != null) {
            throw inUse(path, "this process");
        }
        FileChannel channel = null;
        try {
            Path lockPath = beside(path, ".lock");
            if (Files.exists(lockPath) && !Files.isRegularFile(lockPath)) {
                throw new HistoryRefused("The history needs a file " + lockPath
                        + ", and that path is not a file: move away what is there");
            }
            makePrivately(lockPath);
            channel = FileChannel.open(
                    lockPath, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            // Beyond the text, so that a process that is kept out can read whose it is on every system.
            if (channel.tryLock(Long.MAX_VALUE - 1, 1, false) == null) {
                throw inUse(path, "process " + Files.readString(lockPath).strip());
            }
            channel.truncate(0);
            channel.write(ByteBuffer.wrap(
                    String.valueOf(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII)));
            return channel;
        } catch (IOException | RuntimeException e) {
            System.getProperties().remove(claim(path));
            close(channel);
            throw e instanceof HistoryRefused refused
                    ? refused
                    : HistoryRefused.forNow(
                            "The file " + beside(path, ".lock") + ", which keeps other processes out, can't be used: "
                                    + e,
                            e);
        }
    }

    /** Where all of this process sees it, also another web application with classes of its own. */
    private static String claim(Path path) {
        return "dev.fanfare.history.in-use:" + path;
    }

    private static HistoryRefused inUse(Path path, String who) {
        return HistoryRefused.forNow(
                "The history's file " + path + " is in use by " + who
                        + ": end that, or choose another fanfare.history.path",
                null);
    }

    private static Path beside(Path path, String suffix) {
        return path.resolveSibling(path.getFileName() + suffix);
    }

    private void prepare() {
        try {
            if (!Files.exists(path) || Files.size(path) == 0) {
                Path wal = beside(path, "-wal");
                if (Files.exists(wal) && Files.size(wal) > 0) {
                    throw HistoryRefused.forNow(
                            "The history's file " + path + " is not there, but " + wal
                                    + " has events of it: restore the file, or delete that one too",
                            null);
                }
                create();
            } else {
                requireWritable("file", path);
                check();
            }
            fileKey = key();
        } catch (IOException | SQLException e) {
            throw HistoryRefused.forNow("The history's file " + path + " can't be read or made: " + e.getMessage(), e);
        }
    }

    private void create() throws IOException, SQLException {
        Path made = beside(path, ".new");
        Files.deleteIfExists(made);
        Files.deleteIfExists(beside(made, "-journal"));
        makePrivately(made);
        keepMode(made);
        try (Connection connection = connect(made, "rwc", false);
                Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA auto_vacuum=INCREMENTAL");
            statement.execute("PRAGMA synchronous=FULL");
            statement.execute("PRAGMA application_id=" + APPLICATION_ID);
            statement.execute("PRAGMA user_version=" + LAYOUT);
            statement.execute("CREATE TABLE meta(name TEXT PRIMARY KEY, value) WITHOUT ROWID");
            statement.execute(
                    "CREATE TABLE event(position INTEGER PRIMARY KEY, stamp INTEGER NOT NULL, record BLOB NOT NULL)");
            statement.execute("CREATE TABLE topic_event(topic INTEGER NOT NULL, position INTEGER NOT NULL,"
                    + " PRIMARY KEY(topic, position)) WITHOUT ROWID");
            statement.execute("CREATE TABLE id_event(id INTEGER NOT NULL, position INTEGER NOT NULL,"
                    + " PRIMARY KEY(id, position)) WITHOUT ROWID");
            statement.execute(
                    "CREATE TABLE receipt(key TEXT PRIMARY KEY, content TEXT NOT NULL, first INTEGER NOT NULL,"
                            + " last INTEGER NOT NULL) WITHOUT ROWID");
            statement.execute("CREATE INDEX receipt_last ON receipt(last)");
            statement.execute("INSERT INTO meta VALUES('epoch', '" + Epoch.create() + "'), ('kept', 0)");
            statement.execute("PRAGMA journal_mode=WAL");
        }
        try (FileChannel channel = FileChannel.open(made, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        Files.move(made, path, StandardCopyOption.ATOMIC_MOVE);
        forceDirectory();
    }

    /**
     * Makes an empty file that only its owner may read and write, unless there is one. SQLite gives the files that it makes beside a
     * database the database's mode.
     */
    private static void makePrivately(Path path) throws IOException {
        try {
            if (hasModes(path)) {
                Files.createFile(path, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
            }
        } catch (FileAlreadyExistsException e) {
            // Its mode is the operator's.
        }
    }

    /** An empty file that an operator has made has the mode that the history is to have. */
    private void keepMode(Path made) throws IOException {
        if (hasModes(path) && Files.exists(path)) {
            Files.setPosixFilePermissions(made, Files.getPosixFilePermissions(path));
        }
    }

    private static boolean hasModes(Path path) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix");
    }

    /** Makes the move last; systems that can't open a directory do so by themselves. */
    private void forceDirectory() throws IOException {
        Path directory = path.getParent();
        if (directory != null && !System.getProperty("os.name").startsWith("Windows")) {
            try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    /** Looks at the header; see <a href="https://sqlite.org/fileformat.html#the_database_header">SQLite's format</a>. */
    private void check() throws IOException {
        byte[] header = new byte[HEADER_BYTES];
        long size;
        try (RandomAccessFile in = new RandomAccessFile(path.toFile(), "r")) {
            size = in.length();
            if (size >= HEADER_BYTES) {
                in.readFully(header);
            }
        }
        ByteBuffer fields = ByteBuffer.wrap(header);
        boolean isSqlite = Arrays.equals(header, 0, MAGIC.length, MAGIC, 0, MAGIC.length);
        if (!isSqlite || fields.getInt(68) != APPLICATION_ID) {
            throw new HistoryRefused("The file " + path + " is not a history of Fanfare; it was not changed."
                    + " Choose another fanfare.history.path");
        }
        if (fields.getInt(60) != LAYOUT) {
            throw new HistoryRefused("The history's file " + path + " has layout " + fields.getInt(60)
                    + ", and this version knows " + LAYOUT + ": use the version that wrote it, or another path");
        }
        int page = fields.getShort(16) & 0xFFFF;
        long pages = fields.getInt(28) & 0xFFFF_FFFFL;
        Path wal = beside(path, "-wal");
        boolean walHasMore = Files.exists(wal) && Files.size(wal) > 0;
        if (size < HEADER_BYTES || (!walHasMore && size < pages * (page == 1 ? 65_536 : page))) {
            throw torn(size + " of " + pages * page + " bytes are there");
        }
    }

    /** Says why the file can't be used, though it looks like ours. */
    HistoryRefused unusable(Exception cause) {
        String words = SqliteFault.words(cause);
        return words.equals(SqliteFault.DAMAGED)
                ? torn(String.valueOf(cause.getMessage()))
                : HistoryRefused.forNow("The history's file " + path + " can't be used: " + words, cause);
    }

    private HistoryRefused torn(String how) {
        return HistoryRefused.forNow(
                "The history's file " + path + " is damaged (" + how
                        + "); it was not changed. Restore a copy, or move it away to start with an empty history",
                null);
    }

    /** A connection for one thread. */
    Connection connect(boolean readOnly) throws SQLException {
        // A file that was taken away must not be made anew: SQLite would delete its write-ahead log, as that of no
        // file.
        return connect(path, "rw", readOnly);
    }

    private Connection connect(Path file, String mode, boolean readOnly) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("busy_timeout", String.valueOf(SqliteLog.BUSY_MS));
        // As a URI, so that no sign in a file's name has a meaning.
        Connection connection = driver.connect("jdbc:sqlite:" + file.toUri() + "?mode=" + mode, properties);
        if (connection == null) {
            throw new SQLException("the driver does not know its own URL");
        }
        if (readOnly) {
            try (Statement statement = connection.createStatement()) {
                statement.execute("PRAGMA query_only=1");
            }
        }
        return connection;
    }

    /** Whether the file that was opened is still in its place, rather than deleted or replaced. */
    boolean isInPlace() {
        try {
            Object now = key();
            return now == null || now.equals(fileKey);
        } catch (NoSuchFileException e) {
            return false;
        } catch (IOException e) {
            throw new IllegalStateException("The history's file can't be looked at", e);
        }
    }

    private @Nullable Object key() throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
    }

    /** The database's bytes on disk, without its write-ahead log. */
    long bytes() throws IOException {
        return Files.size(path);
    }

    Path path() {
        return path;
    }

    /** Lets other processes in. */
    @Override
    public void close() {
        System.getProperties().remove(claim(path));
        close(lockChannel);
    }

    private static void close(@Nullable FileChannel channel) {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException e) {
            throw new IllegalStateException("The lock of a history's file can't be let go", e);
        }
    }
}
