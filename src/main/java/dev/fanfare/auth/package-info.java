/**
 * Who may publish and subscribe: {@link dev.fanfare.auth.Authority} checks JSON Web Tokens and says what they grant. The only
 * package that knows the JWT library. See <a href="https://www.rfc-editor.org/rfc/rfc7519">RFC 7519</a> and the <a
 * href="https://mercure.rocks/spec#authorization">Mercure protocol, Authorization</a>.
 */
@NullMarked
package dev.fanfare.auth;

import org.jspecify.annotations.NullMarked;
