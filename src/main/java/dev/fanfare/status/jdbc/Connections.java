package dev.fanfare.status.jdbc;

import dev.fanfare.status.jdbc.JdbcSourceSettings.Database;
import io.agroal.api.AgroalDataSource;
import io.agroal.api.configuration.AgroalConnectionPoolConfiguration.ConnectionValidator;
import io.agroal.api.configuration.supplier.AgroalConnectionFactoryConfigurationSupplier;
import io.agroal.api.configuration.supplier.AgroalConnectionPoolConfigurationSupplier;
import io.agroal.api.configuration.supplier.AgroalDataSourceConfigurationSupplier;
import io.agroal.api.security.NamePrincipal;
import io.agroal.api.security.SimplePassword;
import java.sql.SQLException;
import java.time.Duration;
import javax.naming.Context;
import javax.naming.NamingException;
import javax.sql.DataSource;

/**
 * Where connections come from: a pool that is made here, or one that the server has. The former opens connections when they
 * are asked for, tests each one before it is used again, and closes those that were idle for a while.
 */
final class Connections implements AutoCloseable {
    private static final Duration IDLE = Duration.ofMinutes(5);
    private static final Duration LIFE = Duration.ofMinutes(30);
    /** The driver's flag for a file that is only read; without it, a file that is not there would be made. */
    private static final String SQLITE_READ_ONLY = "1";

    private final DataSource source;
    private final AutoCloseable closing;

    private Connections(DataSource source, AutoCloseable closing) {
        this.source = source;
        this.closing = closing;
    }

    /**
     * Looks up what the server has under a name.
     *
     * @throws IllegalArgumentException if it has no data source there
     */
    @SuppressWarnings("BanJNDI") // the name is the operator's, and Database.ByName refuses those of other machines
    static Connections named(String name, Context context) {
        Object found;
        try {
            found = context.lookup(name);
        } catch (NamingException e) {
            throw new IllegalArgumentException(
                    "there is no data source '" + name
                            + "' in this server's JNDI; define it in the server, and write its"
                            + " whole name, such as 'java:comp/env/jdbc/jobs'",
                    e);
        }
        if (!(found instanceof DataSource source)) {
            throw new IllegalArgumentException(
                    "'" + name + "' in this server's JNDI is not a javax.sql.DataSource; give the name of one");
        }
        return new Connections(source, () -> {});
    }

    /** A pool, which connects to nothing yet. */
    static Connections pool(Database.ByUrl database, Duration timeout) {
        try {
            AgroalDataSource source = AgroalDataSource.from(new AgroalDataSourceConfigurationSupplier()
                    .connectionPoolConfiguration(pool -> configure(pool, timeout)
                            .connectionFactoryConfiguration(factory -> configure(factory, database))));
            return new Connections(source, source);
        } catch (SQLException e) {
            throw new IllegalStateException("the connection pool can't be made", e);
        }
    }

    private static AgroalConnectionPoolConfigurationSupplier configure(
            AgroalConnectionPoolConfigurationSupplier pool, Duration timeout) {
        int validationSeconds = (int) Math.max(1, timeout.toSeconds());
        return pool.maxSize(JdbcSourceSettings.MAX_CONNECTIONS)
                .acquisitionTimeout(timeout)
                .connectionValidator(ConnectionValidator.defaultValidatorWithTimeout(validationSeconds))
                .validateOnBorrow(true)
                .reapTimeout(IDLE)
                .maxLifetime(LIFE);
    }

    private static AgroalConnectionFactoryConfigurationSupplier configure(
            AgroalConnectionFactoryConfigurationSupplier factory, Database.ByUrl database) {
        factory.connectionProviderClass(Drivers.find(database.url())).jdbcUrl(database.url());
        if (database.user() != null) {
            factory.principal(new NamePrincipal(database.user()));
        }
        if (database.password() != null) {
            factory.credential(new SimplePassword(database.password()));
        }
        if (Drivers.kind(database.url()).equals("jdbc:sqlite:")) {
            factory.jdbcProperty("open_mode", SQLITE_READ_ONLY);
        }
        return factory;
    }

    DataSource source() {
        return source;
    }

    /** Closes the connections of a pool that was made here. */
    @Override
    public void close() {
        try {
            closing.close();
        } catch (Exception e) {
            throw new IllegalStateException("the connection pool can't be closed", e);
        }
    }
}
