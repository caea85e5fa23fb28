package dev.fanfare.status.jdbc;

import java.sql.Connection;
import java.sql.SQLException;

/*
 * Two guards, since to some databases read-only is a hint: the connection is set to read-only, and whatever was done is
 * rolled back. PostgreSQL's driver heeds read-only within transactions only, so there has to be one anyway. A pool of the
 * server gets the connection back as it was.
 */
/** A connection while nothing can be changed through it. Confined to one thread, but for {@link #connection}. */
final class ReadOnly implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(ReadOnly.class.getName());

    private final Connection connection;
    private final boolean wasReadOnly;
    private final boolean wasAutoCommit;

    /** @param connection closed with this, and also if it can't be had so */
    ReadOnly(Connection connection) throws SQLException {
        this.connection = connection;
        try {
            wasReadOnly = connection.isReadOnly();
            wasAutoCommit = connection.getAutoCommit();
            if (!wasReadOnly) {
                setReadOnly(true);
            }
            connection.setAutoCommit(false);
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    /** What the driver refuses here is left to the rollback. */
    private void setReadOnly(boolean readOnly) {
        try {
            connection.setReadOnly(readOnly);
        } catch (SQLException e) {
            LOG.log(System.Logger.Level.DEBUG, "The driver can't set a connection to read-only", e);
        }
    }

    Connection connection() {
        return connection;
    }

    @Override
    public void close() throws SQLException {
        try (connection) {
            connection.rollback();
            connection.setAutoCommit(wasAutoCommit);
            if (!wasReadOnly) {
                setReadOnly(false);
            }
        }
    }
}
