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
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What an error of a database means to clients, and what of it may be logged: neither credentials nor what clients gave.
 */
final class SqlFailures {
    /** A text is no number, no date, no interval, none of an enum, out of range, or not in the database's charset. */
    private static final Set<String> CONVERSIONS =
            Set.of("22003", "22006", "22007", "22008", "22018", "22021", "22030", "22P02");

    /** SQL's class of errors of a value. */
    private static final String DATA = "22";

    /** Oracle: no number, which has the state of a statement that is wrong. */
    private static final String ORACLE_STATE = "42000";

    private static final int ORACLE_INVALID_NUMBER = 1722;

    /** SQL Server's driver makes a state of no class. */
    private static final Pattern SQL_SERVER_STATE = Pattern.compile("S0\\d{3}");

    /** No number, date, money, uniqueidentifier, or out of its range. */
    private static final Set<Integer> SQL_SERVER_CONVERSIONS =
            Set.of(235, 241, 242, 244, 245, 248, 293, 295, 296, 8114, 8115, 8169);

    /** DuckDB has no states. */
    private static final String DUCKDB_CONVERSION = "Conversion Error:";

    private static final Pattern DUCKDB_DATA =
            Pattern.compile("(?:Conversion|Out of Range|Invalid Input) Error:.*", Pattern.DOTALL);

    /** What follows the message proper: the statement, or the place in it. */
    private static final Pattern PLACE = Pattern.compile("\\R.*|; SQL statement:.*", Pattern.DOTALL);

    /** PostgreSQL: cancelled on request, which a timeout is. */
    private static final Set<String> CANCELLED = Set.of("57014", "HYT00");

    private static final String AWAY = "can't be reached";

    private final Database database;

    SqlFailures(Database database) {
        this.database = database;
    }

    /** Whether it is an error of a value: of a parameter, or of the data. */
    static boolean isOfValue(SQLException error) {
        return isConversion(error)
                || state(error).startsWith(DATA)
                || (error.getSQLState() == null
                        && DUCKDB_DATA
                                .matcher(String.valueOf(error.getMessage()))
                                .matches());
    }

    /** Whether a value is none of the type that it was to be made. */
    static boolean isConversion(SQLException error) {
        String state = state(error);
        int code = error.getErrorCode();
        return CONVERSIONS.contains(state)
                || (state.equals(ORACLE_STATE) && code == ORACLE_INVALID_NUMBER)
                || (SQL_SERVER_STATE.matcher(state).matches() && SQL_SERVER_CONVERSIONS.contains(code))
                || (error.getSQLState() == null
                        && String.valueOf(error.getMessage()).startsWith(DUCKDB_CONVERSION));
    }

    /** Whether two statements have failed by the same value, as far as the database says by which. */
    static boolean isSame(SQLException one, SQLException other) {
        return state(one).equals(state(other))
                && one.getErrorCode() == other.getErrorCode()
                && withoutPlace(one).equals(withoutPlace(other));
    }

    private static String withoutPlace(SQLException error) {
        return PLACE.matcher(String.valueOf(error.getMessage())).replaceFirst("");
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
        if (isOfValue(error) || state.startsWith("23")) {
            // The text would quote the data.
            String words = isConversion(error)
                    ? "a value can't be converted to the type that the SQL wants"
                    : "the database refuses a value";
            return error.getSQLState() == null
                    ? words
                    : "SQLState " + state + ", error " + error.getErrorCode() + ": " + words;
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
