package dev.fanfare.status.jdbc;

import dev.fanfare.status.Reading;
import dev.fanfare.status.SourceFailure;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/*
 * Nothing here interrupts a thread: an interrupted read of a file closes an embedded database for everybody. A query that is
 * cancelled is ended by what JDBC has for it, and if that does not help within PATIENCE by breaking the connection:
 *
 *   waiting for a connection   the pool has a timeout
 *   running                    Statement.cancel, then Connection.abort; from other threads, since both may block
 *
 * It completes when its code has returned, also when it was cancelled: until then it is going on.
 */
/** One question to the database. Completes in the thread that asks. */
final class Query extends CompletableFuture<Reading> implements Runnable {
    private static final System.Logger LOG = System.getLogger(Query.class.getName());

    /** How long a statement may take to heed that it was cancelled. */
    static final Duration PATIENCE = Duration.ofSeconds(2);

    /** A value was told before; what it was is not compared here. */
    private static final String TOLD = "told";

    private final JdbcSource source;
    private final Map<String, String> params;
    private final boolean isFirst;

    private final AtomicBoolean cancelled = new AtomicBoolean();

    // Guarded by running. Held while a statement is cancelled or a connection broken, so that neither is given back and
    // used
    // for another question meanwhile; never taken by a caller of cancel, who must not block.
    private final Object running = new Object();
    private @Nullable Connection connection;
    private @Nullable PreparedStatement statement;

    Query(JdbcSource source, Map<String, String> params, @Nullable String validator) {
        this.source = source;
        this.params = params;
        this.isFirst = validator == null;
    }

    @Override
    public void run() {
        if (cancelled.get()) {
            super.cancel(false);
            return;
        }
        try {
            complete(ask());
        } catch (SQLException e) {
            if (isFirst && SqlFailures.isNoSuchValue(e)) {
                complete(new Reading.Gone());
            } else {
                completeExceptionally(source.failures().of(e));
            }
        } catch (SourceFailure e) {
            completeExceptionally(e);
        } catch (RuntimeException | Error e) {
            completeExceptionally(new CompletionException(e));
        }
    }

    private Reading ask() throws SQLException {
        try (ReadOnly readOnly = new ReadOnly(source.connect());
                PreparedStatement prepared =
                        readOnly.connection().prepareStatement(source.sql().jdbc())) {
            begin(readOnly.connection(), prepared);
            try {
                set(prepared, readOnly.connection());
                try (ResultSet rows = prepared.executeQuery()) {
                    return new RowReader(rows).read(source.settings().rows(), TOLD);
                }
            } finally {
                end();
            }
        }
    }

    private void set(PreparedStatement prepared, Connection on) throws SQLException {
        prepared.setQueryTimeout(
                (int) source.settings().timeout().plusMillis(999).toSeconds());
        prepared.setMaxRows(JdbcSourceSettings.MAX_ROWS + 1);
        prepared.setFetchSize(100);
        // PostgreSQL alone minds what type a text is bound as; as OTHER it takes it for what the column is.
        boolean isPostgres = on.getMetaData().getDatabaseProductName().equals("PostgreSQL");
        List<String> names = source.sql().names();
        for (int i = 0; i < names.size(); i++) {
            String value = params.get(names.get(i));
            if (value == null) {
                throw new IllegalArgumentException("there is no value for the parameter '" + names.get(i) + "'");
            }
            if (isPostgres) {
                prepared.setObject(i + 1, value, Types.OTHER);
            } else {
                prepared.setString(i + 1, value);
            }
        }
    }

    private void begin(Connection on, PreparedStatement prepared) throws SQLException {
        synchronized (running) {
            if (cancelled.get()) {
                throw new SQLException("cancelled before it began", "57014");
            }
            connection = on;
            statement = prepared;
        }
    }

    private void end() {
        synchronized (running) {
            connection = null;
            statement = null;
        }
    }

    @Override
    public boolean cancel(boolean mayInterrupt) {
        if (!isDone() && cancelled.compareAndSet(false, true)) {
            source.help(this::cancelStatement);
            source.ticker().schedule(PATIENCE, () -> source.help(this::abortConnection));
        }
        return false;
    }

    private void cancelStatement() {
        synchronized (running) {
            try {
                if (statement != null) {
                    statement.cancel();
                }
            } catch (SQLException e) {
                LOG.log(System.Logger.Level.DEBUG, "A query can't be cancelled; its connection will be broken", e);
            }
        }
    }

    private void abortConnection() {
        synchronized (running) {
            try {
                if (connection != null) {
                    // What the pool wraps it in would close the wrapping only.
                    connection.unwrap(Connection.class).abort(source::help);
                }
            } catch (SQLException e) {
                LOG.log(System.Logger.Level.DEBUG, "A connection can't be broken; its query goes on", e);
            }
        }
    }
}
