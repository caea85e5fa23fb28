package dev.fanfare.status.jdbc;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.fanfare.status.Reading;
import dev.fanfare.status.SourceFailure;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.ArrayList;
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
                    if (isFirst && isOfParameter(e, on, dialect)) {
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
        } catch (DateTimeException e) {
            // DuckDB's driver makes all elements of an array at once, before anybody has asked for one.
            throw new SourceFailure(
                    "does not work",
                    "there is a time that Java does not have, such as 24:00:00, within another value; cast that value to a"
                            + " text in the SQL",
                    Duration.ZERO,
                    e);
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
     * An error of a value is either one of the client's, which then names no status, or one of the data, and then the source
     * fails. The error looks the same, and that it quotes the parameter says nothing: the data may say the same. So the
     * database is asked
     *
     *   whether it can make of the parameter what the statement wants there;
     *   where that is a text, whether the same error comes of a part of the statement that has nothing but parameters and
     *   constants in it, such as cast(? as boolean).
     *
     * Where neither tells, the source fails: a client tries again after that, and after a 404 it does not.
     */
    private boolean isOfParameter(SQLException error, Connection on, Dialect dialect) throws SQLException {
        if (source.sql().names().isEmpty() || !SqlFailures.isOfValue(error)) {
            return false;
        }
        on.rollback();
        List<@Nullable String> types = types(on);
        for (int i = 0; i < types.size(); i++) {
            if (isOfType(i, types.get(i), on, dialect) || isOfOwnExpression(error, i, on, dialect)) {
                return true;
            }
        }
        return false;
    }

    /** What the statement wants at each parameter. It is prepared anew: what was bound to it is a text to some drivers. */
    private List<@Nullable String> types(Connection on) throws SQLException {
        List<@Nullable String> types = new ArrayList<>();
        try (PreparedStatement unbound = on.prepareStatement(source.sql().jdbc())) {
            for (int i = 1; i <= source.sql().names().size(); i++) {
                types.add(typeOf(unbound, i));
            }
        }
        return types;
    }

    private boolean isOfType(int parameter, @Nullable String type, Connection on, Dialect dialect) throws SQLException {
        if (type == null) {
            return false;
        }
        SQLException refusal = refusal("cast(? as " + type + ")", List.of(parameter), on, dialect);
        // A text that is too long is none: the type comes without its length.
        return refusal != null && SqlFailures.isConversion(refusal);
    }

    private boolean isOfOwnExpression(SQLException error, int parameter, Connection on, Dialect dialect)
            throws SQLException {
        for (OwnExpressions.Expression own : OwnExpressions.of(source.sql(), parameter)) {
            SQLException refusal = refusal(own.sql(), own.parameters(), on, dialect);
            if (refusal != null && SqlFailures.isSame(error, refusal)) {
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

    /** What the database says against the values in an expression; null if it takes them, or the expression is none. */
    private @Nullable SQLException refusal(String expression, List<Integer> parameters, Connection on, Dialect dialect)
            throws SQLException {
        try (PreparedStatement question = on.prepareStatement(dialect.question(expression))) {
            begin(on, question);
            bound(question);
            for (int i = 0; i < parameters.size(); i++) {
                dialect.bind(question, i + 1, value(source.sql().names().get(parameters.get(i))));
            }
            try (ResultSet rows = question.executeQuery()) {
                // Some databases compute a value when it is fetched.
                rows.next();
            }
            return null;
        } catch (SQLException e) {
            on.rollback();
            return SqlFailures.isOfValue(e) ? e : null;
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
