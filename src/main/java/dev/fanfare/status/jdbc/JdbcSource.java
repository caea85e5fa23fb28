package dev.fanfare.status.jdbc;

import dev.fanfare.status.Reading;
import dev.fanfare.status.StatusSource;
import dev.fanfare.status.jdbc.JdbcSourceSettings.Database;
import dev.fanfare.stream.Threads;
import dev.fanfare.stream.Ticker;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import javax.naming.InitialContext;
import javax.naming.NamingException;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * A source that asks a database. Thread-safe; {@link #read} does not block.
 *
 * <ul>
 *   <li>A row is an object: names are the column's labels, values JSON's. Several rows are an array. No row: there is no such
 *       status. See {@link JdbcSourceSettings.Rows}.
 *   <li>Parameters are bound, never put into the text. A value that the database can't make the column's type of, such as a
 *       word for a number, names no status.
 *   <li>At most {@link JdbcSourceSettings#MAX_CONNECTIONS} statements run at a time, in threads of this source; others wait.
 *       Rows, bytes and time are bounded.
 *   <li>Nothing is changed: connections are read-only, and what was done is rolled back.
 *   <li>While the database is away, reads fail; when it is back, they work.
 * </ul>
 *
 * <p>Platform threads, though the JVM may have virtual ones: drivers wait in {@code synchronized} blocks and in native code,
 * and there one query that hangs would hold a thread that all virtual threads share.
 */
public final class JdbcSource implements StatusSource, AutoCloseable {
    private static final System.Logger LOG = System.getLogger(JdbcSource.class.getName());

    private final JdbcSourceSettings settings;
    private final NamedSql sql;
    private final SqlFailures failures;
    private final Connections connections;
    private final Ticker ticker;
    private final ThreadPoolExecutor threads;
    /** At most two for each statement that runs. */
    private final ThreadPoolExecutor helpers;

    /**
     * A source that is ready. Nothing is connected before the first read.
     *
     * @throws IllegalArgumentException if the server has no data source of the name; must be called in a thread that sees the
     *     application's names
     */
    public JdbcSource(JdbcSourceSettings settings, Ticker ticker) {
        this(settings, connections(settings), ticker);
    }

    JdbcSource(JdbcSourceSettings settings, Connections connections, Ticker ticker) {
        this.settings = settings;
        this.sql = new NamedSql(settings.sql());
        this.failures = new SqlFailures(settings.database());
        this.connections = connections;
        this.ticker = ticker;
        ThreadFactory names = Threads.daemons("fanfare-jdbc");
        int most = JdbcSourceSettings.MAX_CONNECTIONS;
        // Waiting reads are bounded by the number of watches, since each has one at most.
        threads = new ThreadPoolExecutor(most, most, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), names);
        threads.allowCoreThreadTimeOut(true);
        helpers = new ThreadPoolExecutor(0, Integer.MAX_VALUE, 10, TimeUnit.SECONDS, new SynchronousQueue<>(), names);
    }

    private static Connections connections(JdbcSourceSettings settings) {
        if (settings.database() instanceof Database.ByUrl database) {
            return Connections.pool(database, settings.timeout());
        }
        if (settings.database() instanceof Database.ByName database) {
            try {
                return Connections.named(database.jndiName(), new InitialContext());
            } catch (NamingException e) {
                throw new IllegalArgumentException(
                        "this server has no JNDI; give a jdbc-url instead of a datasource", e);
            }
        }
        throw new IllegalStateException("unknown kind of database: " + settings.database());
    }

    @Override
    public CompletionStage<Reading> read(Map<String, String> params, @Nullable String validator) {
        Query query = new Query(this, params, validator);
        try {
            threads.execute(query);
        } catch (RejectedExecutionException e) {
            query.completeExceptionally(new IllegalStateException("The source is closed", e));
        }
        return query;
    }

    JdbcSourceSettings settings() {
        return settings;
    }

    NamedSql sql() {
        return sql;
    }

    SqlFailures failures() {
        return failures;
    }

    Ticker ticker() {
        return ticker;
    }

    /** Runs what may block beside a query; nothing once the source is closed. */
    void help(Runnable task) {
        try {
            helpers.execute(task);
        } catch (RejectedExecutionException e) {
            LOG.log(System.Logger.Level.DEBUG, "The source is closed; its connections end with their pool", e);
        }
    }

    Connection connect() throws SQLException {
        DataSource source = connections.source();
        return source.getConnection();
    }

    /** Ends the threads, and closes the connections of the pool, if it was made here. */
    @Override
    public void close() {
        // Not by interrupts, which may close an embedded database: the caller has cancelled the reads.
        threads.shutdown();
        helpers.shutdown();
        connections.close();
    }
}
