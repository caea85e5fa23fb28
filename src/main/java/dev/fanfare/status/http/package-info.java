/**
 * Statuses that another service tells over HTTP: {@link dev.fanfare.status.http.HttpSource}, see <a
 * href="https://www.rfc-editor.org/rfc/rfc9110">RFC 9110</a> and <a href="https://www.rfc-editor.org/rfc/rfc9111">RFC
 * 9111</a>. Nothing such a service does costs more than a bounded time and a bounded body.
 */
@NullMarked
package dev.fanfare.status.http;

import org.jspecify.annotations.NullMarked;
