package dev.fanfare.status.jdbc;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.fanfare.status.Reading;
import dev.fanfare.status.SourceFailure;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
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
    /** Confined to the thread that asks. */
    private boolean isConnected;

    // Held while a statement is cancelled or a connection broken, so that neither is given back and used for another
    // question
    // meanwhile. A caller of cancel must not block, and never takes it.
    private final Object running = new Object();

    @GuardedBy("running")
    private @Nullable Connection connection;

    @GuardedBy("running")
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
            completeExceptionally(source.failures().of(e, isConnected));
        } catch (SourceFailure e) {
            completeExceptionally(e);
        } catch (RuntimeException | Error e) {
            completeExceptionally(new CompletionException(e));
        }
    }

    private Reading ask() throws SQLException {
        try (ReadOnly readOnly = new ReadOnly(source.connect())) {
            isConnected = true;
            Connection on = readOnly.connection();
            Dialect dialect = Dialect.of(on);
            try (PreparedStatement prepared = on.prepareStatement(source.sql().jdbc())) {
                begin(on, prepared);
                try {
                    return ask(on, prepared, dialect);
                } catch (SQLException e) {
                    if (isFirst && isOfParameter(e, on, prepared, dialect)) {
                        return new Reading.Gone();
                    }
                    throw e;
                } finally {
                    end();
                }
            }
        }
    }

    private Reading ask(Connection on, PreparedStatement prepared, Dialect dialect) throws SQLException {
        dialect.begin(on, prepared);
        bound(prepared);
        prepared.setMaxRows(JdbcSourceSettings.MAX_ROWS + 1);
        prepared.setFetchSize(100);
        List<String> names = source.sql().names();
        for (int i = 0; i < names.size(); i++) {
            dialect.bind(prepared, i + 1, value(names.get(i)));
        }
        try (ResultSet rows = prepared.executeQuery()) {
            return new RowReader(rows, dialect).read(source.settings().rows(), TOLD);
        }
    }

    private void bound(PreparedStatement prepared) throws SQLException {
        prepared.setQueryTimeout(
                (int) source.settings().timeout().plusMillis(999).toSeconds());
    }

    private String value(String name) {
        String value = params.get(name);
        if (value == null) {
            throw new IllegalArgumentException("there is no value for the parameter '" + name + "'");
        }
        return value;
    }

    /*
     * A value that can't be converted is either the client's, and then names no status, or stands in the data, and then the
     * source fails. The error is the same. So the database is asked whether it can make of each parameter what the statement
     * wants there; where it does not know what that is, an error that quotes the parameter is one of the parameter.
     */
    private boolean isOfParameter(SQLException error, Connection on, PreparedStatement prepared, Dialect dialect)
            throws SQLException {
        List<String> names = source.sql().names();
        if (names.isEmpty() || !SqlFailures.isConversion(error)) {
            return false;
        }
        String message = String.valueOf(error.getMessage());
        on.rollback();
        for (int i = 0; i < names.size(); i++) {
            String value = value(names.get(i));
            if (isRefused(value, typeOf(prepared, i + 1), on, dialect)
                    || message.contains("\"" + value + "\"")
                    || message.contains("'" + value + "'")) {
                return true;
            }
        }
        return false;
    }

    private static @Nullable String typeOf(PreparedStatement prepared, int index) {
        try {
            return prepared.getParameterMetaData().getParameterTypeName(index);
        } catch (SQLException e) {
            LOG.log(System.Logger.Level.DEBUG, "A driver does not tell the types of parameters", e);
            return null;
        }
    }

    private boolean isRefused(String value, @Nullable String type, Connection on, Dialect dialect) throws SQLException {
        if (type == null) {
            return false;
        }
        try (PreparedStatement cast = on.prepareStatement("values (cast(? as " + type + "))")) {
            begin(on, cast);
            bound(cast);
            dialect.bind(cast, 1, value);
            cast.executeQuery().close();
            return false;
        } catch (SQLException e) {
            on.rollback();
            return SqlFailures.isConversion(e);
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
