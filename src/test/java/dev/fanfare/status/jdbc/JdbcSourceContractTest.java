package dev.fanfare.status.jdbc;

import dev.fanfare.status.StatusSource;
import dev.fanfare.status.StatusSourceContract;
import dev.fanfare.status.jdbc.JdbcSourceSettings.Database;
import dev.fanfare.status.jdbc.JdbcSourceSettings.Rows;
import dev.fanfare.stream.SystemTicker;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A JDBC source in front of an embedded database. Statuses are texts of JSON in a column. */
class JdbcSourceContractTest extends StatusSourceContract {
    private static final String URL = "jdbc:h2:mem:contract";

    /** Divides by zero where it shall break down, and goes through a very long range where it shall hang. */
    private static final String SQL = """
            select doc from status where id = :id
              and (mode <> 'broken' or 1 / (length(mode) - 6) > 0)
              and (mode <> 'hanging' or (select count(*) from system_range(1, 1000000000000) where mod(x, 7) = 8) > 0)
            """;

    private final SystemTicker ticker = new SystemTicker();
    private Connection keeper = null;
    private JdbcSource source = null;

    @BeforeEach
    void start() throws SQLException {
        keeper = DriverManager.getConnection(URL);
        keeper.createStatement()
                .execute("create table status(id varchar primary key, doc varchar, mode varchar not null)");
        source = new JdbcSource(
                new JdbcSourceSettings(new Database.ByUrl(URL, null, null), SQL, Rows.AUTO, Duration.ofSeconds(30)),
                ticker);
    }

    @AfterEach
    void stop() throws SQLException {
        source.close();
        keeper.createStatement().execute("shutdown");
        ticker.close();
    }

    private void put(String id, String doc, String mode) {
        try (PreparedStatement put = keeper.prepareStatement("merge into status values (?, ?, ?)")) {
            put.setString(1, id);
            put.setString(2, doc);
            put.setString(3, mode);
            put.execute();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    protected StatusSource source() {
        return source;
    }

    @Override
    protected JsonValue statusIn(JsonValue value) {
        return json(((JsonString) value.asJsonObject().get("DOC")).getString());
    }

    @Override
    protected void set(String id, String json) {
        put(id, json, "fine");
    }

    @Override
    protected void remove(String id) {
        try (PreparedStatement delete = keeper.prepareStatement("delete from status where id = ?")) {
            delete.setString(1, id);
            delete.execute();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    protected void breakDown(String id) {
        put(id, "", "broken");
    }

    @Override
    protected void hang(String id) {
        put(id, "", "hanging");
    }
}
