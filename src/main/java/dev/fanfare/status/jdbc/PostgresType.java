package dev.fanfare.status.jdbc;

import jakarta.json.Json;
import jakarta.json.JsonValue;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HexFormat;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the text of a value of PostgreSQL means. A domain means what the type below it means; the driver says so of columns, and
 * the catalog of elements of arrays.
 *
 * @param name PostgreSQL's own type; a type of another name is a text
 * @param delimiter what stands between the elements of an array of these
 * @param element the type of the elements if it is an array
 */
record PostgresType(String name, char delimiter, @Nullable PostgresType element) {
    /** What is not looked up, as the elements of most arrays. */
    private static final Set<String> KNOWN = Set.of(
            "int2",
            "int4",
            "int8",
            "oid",
            "numeric",
            "float4",
            "float8",
            "bool",
            "json",
            "jsonb",
            "timestamp",
            "timestamptz",
            "bytea",
            "text",
            "varchar",
            "bpchar",
            "uuid",
            "date",
            "time",
            "timetz",
            "interval");

    /** Up to the first type that is no domain. */
    private static final String ELEMENT = """
            with recursive below(type) as (
              select typelem from pg_catalog.pg_type where oid = pg_catalog.to_regtype(?)
              union all
              select typbasetype from pg_catalog.pg_type join below on oid = below.type where typtype = 'd')
            select case when typnamespace = 'pg_catalog'::pg_catalog.regnamespace then typname else '' end,
                typdelim, typcategory = 'A' and typelem <> 0, pg_catalog.format_type(oid, null)
            from pg_catalog.pg_type join below on oid = below.type where typtype <> 'd'""";

    /** @param typeName as the driver tells it, for one that is no array */
    static PostgresType of(String typeName) {
        return new PostgresType(typeName, ',', null);
    }

    /**
     * @param typeName as the driver tells it: {@code _int4}, or with a schema {@code "app"."_mood"}
     * @param statement the one that gave the array
     */
    static PostgresType ofArray(String typeName, Statement statement) throws SQLException {
        if (typeName.startsWith("_") && KNOWN.contains(typeName.substring(1))) {
            return array(of(typeName.substring(1)));
        }
        // A name without a schema is told as it is stored, without quotes.
        String quoted = typeName.startsWith("\"") ? typeName : '"' + typeName.replace("\"", "\"\"") + '"';
        return ofArrayBySql(quoted, statement);
    }

    private static PostgresType ofArrayBySql(String sqlName, Statement statement) throws SQLException {
        try (PreparedStatement question = statement.getConnection().prepareStatement(ELEMENT)) {
            question.setQueryTimeout(statement.getQueryTimeout());
            question.setString(1, sqlName);
            try (ResultSet found = question.executeQuery()) {
                if (!found.next()) {
                    return array(of(""));
                }
                char delimiter = found.getString(2).charAt(0);
                return array(
                        found.getBoolean(3)
                                ? new PostgresType(
                                        "",
                                        delimiter,
                                        ofArrayBySql(found.getString(4), statement)
                                                .element())
                                : new PostgresType(found.getString(1), delimiter, null));
            }
        }
    }

    private static PostgresType array(PostgresType element) {
        return new PostgresType("", ',', element);
    }

    JsonValue value(String text) {
        if (element != null) {
            return new PostgresArray(text, element.delimiter(), element::value).value();
        }
        return switch (name) {
            case "int2", "int4", "int8", "oid", "numeric", "float4", "float8" -> JsonValues.number(text);
            case "bool" -> text.startsWith("t") ? JsonValue.TRUE : JsonValue.FALSE;
            case "json", "jsonb" -> JsonValues.jsonOrText(text);
            case "timestamp" -> Json.createValue(SqlTimes.local(text));
            case "timestamptz" -> Json.createValue(SqlTimes.moment(text));
            case "bytea" -> bytes(text);
            default -> Json.createValue(text);
        };
    }

    /** As an element of an array; the older form of it, which a setting brings back, stays a text. */
    private static JsonValue bytes(String text) {
        return text.startsWith("\\x")
                ? JsonValues.bytes(HexFormat.of().parseHex(text.substring(2)))
                : Json.createValue(text);
    }
}
