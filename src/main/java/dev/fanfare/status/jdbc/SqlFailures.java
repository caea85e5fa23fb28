package dev.fanfare.status.jdbc;

import dev.fanfare.status.SourceFailure;
import dev.fanfare.status.jdbc.JdbcSourceSettings.Database;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTimeoutException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What an error of a database means to clients, and what of it may be logged: neither credentials nor what clients gave.
 */
final class SqlFailures {
    /** A text is no number, no date, out of range, or not in the database's charset. See SQL, class 22. */
    private static final Set<String> CONVERSIONS = Set.of("22003", "22007", "22008", "22018", "22021", "22P02");

    /** PostgreSQL: cancelled on request, which a timeout is. */
    private static final Set<String> CANCELLED = Set.of("57014", "HYT00");

    private static final String AWAY = "can't be reached";

    private final Database database;

    SqlFailures(Database database) {
        this.database = database;
    }

    /** Whether a value is none of the type that it was to be made: a parameter's, or one of the data. */
    static boolean isConversion(SQLException error) {
        // DuckDB has no states.
        return CONVERSIONS.contains(state(error))
                || (error.getSQLState() == null
                        && String.valueOf(error.getMessage()).startsWith("Conversion Error:"));
    }

    private static String state(SQLException error) {
        return String.valueOf(error.getSQLState());
    }

    /** @param connected whether there was a connection when it happened */
    SourceFailure of(SQLException error, boolean connected) {
        return isAway(error, state(error))
                ? SourceFailure.outage(AWAY, message(error), Duration.ZERO, error)
                : new SourceFailure(reason(error, connected), message(error), Duration.ZERO, error);
    }

    private static String reason(SQLException error, boolean connected) {
        String state = state(error);
        if (error instanceof SQLTimeoutException || CANCELLED.contains(state)) {
            return "does not answer in time";
        }
        // Pools have no state. Some drivers have none either, so it does not count as an outage.
        return error.getSQLState() == null && !connected ? AWAY : "does not work";
    }

    private static boolean isAway(SQLException error, String state) {
        // Class 08: connections. Class 57P of PostgreSQL: it is being stopped or started.
        return error instanceof SQLNonTransientConnectionException
                || error instanceof SQLTransientConnectionException
                || error instanceof SQLRecoverableException
                || state.startsWith("08")
                || state.startsWith("57P");
    }

    private String message(SQLException error) {
        String state = state(error);
        if (state.startsWith("22") || state.startsWith("23")) {
            // The text would quote the data.
            return "SQLState " + state + ", error " + error.getErrorCode()
                    + (isConversion(error) ? ": a value can't be converted to the type that the SQL wants" : "");
        }
        if (isConversion(error)) {
            return "a value can't be converted to the type that the SQL wants";
        }
        String text = String.valueOf(error.getMessage()).replaceAll("\\s+", " ");
        if (database instanceof Database.ByUrl known) {
            text = without(without(text, known.url()), known.password());
        }
        return error.getSQLState() == null ? text : "SQLState " + state + ": " + text;
    }

    private static String without(String text, @Nullable String secret) {
        return secret == null || secret.isBlank() ? text : text.replace(secret, "...");
    }
}
