package dev.fanfare.status.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Errors of databases that no server is at hand for, too. */
class SqlFailuresTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            22P02 | 0     | invalid input syntax for type integer
            22012 | 0     | division by zero
            22018 | 22018 | H2
            22030 | 22030 | H2: none of an enum
            22006 | -3406 | HSQLDB: no interval
            42000 | 1722  | ORA-01722: invalid number
            22008 | 1858  | ORA-01858: a non-numeric character was found
            S0001 | 245   | Conversion failed when converting the nvarchar value 'abc' to data type int.
            S0005 | 8114  | Error converting data type nvarchar to numeric.
            S0001 | 241   | Conversion failed when converting date and/or time from character string.
            -     | 0     | Conversion Error: Could not convert string 'abc' to INT32
            -     | 0     | Invalid Input Error: Could not parse string
            """)
    void anErrorOfAValueIsKnownWhateverTheDatabase(String state, int code, String message) {
        assertThat(SqlFailures.isOfValue(new SQLException(message, state, code)))
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            42000 | 900  | ORA-00900: invalid SQL statement
            42S02 | 1722 | no such table
            S0002 | 208  | Invalid object name 'jobs'.
            08001 | 245  | away
            -     | 0    | Binder Error: no such column
            -     | 0    | -
            """)
    void anErrorOfTheStatementIsNone(String state, int code, String message) {
        assertThat(SqlFailures.isOfValue(new SQLException(message, state, code)))
                .isFalse();
    }

    @Test
    void theSameErrorOfTwoStatementsIsTheSame() {
        SQLException one = new SQLException("no number: \"a\"; SQL statement:\nselect 1", "22018", 1);

        assertThat(SqlFailures.isSame(one, new SQLException("no number: \"a\"; SQL statement:\nvalues 1", "22018", 1)))
                .isTrue();
        assertThat(SqlFailures.isSame(one, new SQLException("no number: \"b\"; SQL statement:\nvalues 1", "22018", 1)))
                .isFalse();
        assertThat(SqlFailures.isSame(one, new SQLException("no number: \"a\"", "22003", 1)))
                .isFalse();
    }
}
