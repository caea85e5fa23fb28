/**
 * Statuses that a database tells: {@link dev.fanfare.status.jdbc.JdbcSource} asks by SQL with named parameters, through <a
 * href="https://jcp.org/en/jsr/detail?id=221">JDBC</a>. What a client gives is bound to a statement and is never a part of its
 * text.
 */
@NullMarked
package dev.fanfare.status.jdbc;

import org.jspecify.annotations.NullMarked;
