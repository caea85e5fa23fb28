/**
 * The certificate that a server shows and the key behind it: read from PEM files, checked, and read again when the files change.
 * Entry type: {@link dev.fanfare.tls.LiveIdentity}. See <a href="https://www.rfc-editor.org/rfc/rfc7468">RFC 7468</a>.
 */
@NullMarked
package dev.fanfare.tls;

import org.jspecify.annotations.NullMarked;
