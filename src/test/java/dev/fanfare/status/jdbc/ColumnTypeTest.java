package dev.fanfare.status.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.status.SourceFailure;
import java.lang.reflect.Proxy;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Types;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Map;
import oracle.jdbc.OracleTypes;
import oracle.sql.INTERVALDS;
import org.junit.jupiter.api.Test;

/** Types of databases that no server is at hand for, by the numbers and classes of their drivers. */
class ColumnTypeTest {
    /** A driver's class without a text of its own. */
    private static final Object NAMELESS = new Object();

    private static ResultSet row(String typeName, Map<String, Object> answers) {
        ResultSetMetaData columns =
                proxy(ResultSetMetaData.class, Map.of("getColumnLabel", "v", "getColumnTypeName", typeName));
        return (ResultSet) Proxy.newProxyInstance(
                ColumnTypeTest.class.getClassLoader(), new Class<?>[] {ResultSet.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("getMetaData")) {
                        return columns;
                    }
                    String call = arguments.length == 2
                            ? method.getName() + " " + ((Class<?>) arguments[1]).getSimpleName()
                            : method.getName();
                    if (!answers.containsKey(call)) {
                        throw new SQLException("not for this type: " + call);
                    }
                    return answers.get(call);
                });
    }

    private static <T> T proxy(Class<T> type, Map<String, Object> answers) {
        return type.cast(Proxy.newProxyInstance(
                ColumnTypeTest.class.getClassLoader(),
                new Class<?>[] {type},
                (proxy, method, arguments) -> answers.get(method.getName())));
    }

    private static String json(int type, String typeName, Map<String, Object> answers) throws SQLException {
        return ColumnType.of(Dialect.OTHER, type, typeName)
                .read(row(typeName, answers), 1)
                .toString();
    }

    private static final OffsetDateTime MOMENT = OffsetDateTime.of(2026, 1, 1, 1, 0, 0, 0, ZoneOffset.ofHours(1));

    @Test
    void oraclesTypesAreValuesOrTexts() throws SQLException {
        assertThat(json(
                        OracleTypes.TIMESTAMPTZ,
                        "TIMESTAMP WITH TIME ZONE",
                        Map.of("getObject OffsetDateTime", MOMENT)))
                .isEqualTo("\"2026-01-01T00:00:00Z\"");
        assertThat(json(
                        OracleTypes.TIMESTAMPLTZ,
                        "TIMESTAMP WITH LOCAL TIME ZONE",
                        Map.of("getObject OffsetDateTime", MOMENT)))
                .isEqualTo("\"2026-01-01T00:00:00Z\"");
        assertThat(json(
                        Types.TIMESTAMP,
                        "DATE",
                        Map.of("getObject LocalDateTime", LocalDateTime.of(2026, 3, 29, 2, 30))))
                .as("has a time")
                .isEqualTo("\"2026-03-29T02:30:00\"");
        INTERVALDS interval = new INTERVALDS("1 2:3:4.5");
        assertThat(json(
                        OracleTypes.INTERVALDS,
                        "INTERVALDS",
                        Map.of("getObject", interval, "getString", interval.stringValue())))
                .isEqualTo("\"" + interval.stringValue() + "\"");
        assertThat(json(OracleTypes.BINARY_DOUBLE, "BINARY_DOUBLE", Map.of("getString", "0.1")))
                .isEqualTo("0.1");
        assertThat(json(OracleTypes.BINARY_FLOAT, "BINARY_FLOAT", Map.of("getString", "Infinity")))
                .isEqualTo("\"Infinity\"");
        assertThat(json(OracleTypes.JSON, "JSON", Map.of("getString", "{\"a\":1}")))
                .isEqualTo("{\"a\":1}");
        assertThat(json(OracleTypes.RAW, "RAW", Map.of("getBytes", new byte[] {0, -1})))
                .isEqualTo("\"AP8=\"");
    }

    @Test
    void sqlServersTypesAreValuesOrTexts() throws SQLException {
        assertThat(json(
                        microsoft.sql.Types.DATETIMEOFFSET,
                        "datetimeoffset",
                        Map.of("getObject OffsetDateTime", MOMENT)))
                .isEqualTo("\"2026-01-01T00:00:00Z\"");
        assertThat(json(Types.TIME, "time", Map.of("getString", "12:30:01.1234567")))
                .isEqualTo("\"12:30:01.1234567\"");
        assertThat(json(microsoft.sql.Types.SQL_VARIANT, "sql_variant", Map.of("getObject", 17)))
                .isEqualTo("17");
        assertThat(json(
                        microsoft.sql.Types.SQL_VARIANT,
                        "sql_variant",
                        Map.of("getObject", new java.sql.Timestamp(0), "getString", "1970-01-01 00:00:00")))
                .isEqualTo("\"1970-01-01 00:00:00\"");
        assertThat(json(microsoft.sql.Types.GEOMETRY, "geometry", Map.of("getObject", new byte[] {1})))
                .isEqualTo("\"AQ==\"");
    }

    @Test
    void anObjectOfADriverIsNeverTakenByItsName() {
        assertThatThrownBy(() -> json(-999, "widget", Map.of("getObject", NAMELESS, "getString", NAMELESS.toString())))
                .isInstanceOf(SourceFailure.class)
                .hasMessage(
                        "the column 'v' has values of the type widget, which the driver has no text for; cast it to a text"
                                + " in the SQL");
        assertThatThrownBy(() -> json(Types.STRUCT, "POINT_T", Map.of("getObject", NAMELESS)))
                .isInstanceOf(SourceFailure.class);
    }
}
