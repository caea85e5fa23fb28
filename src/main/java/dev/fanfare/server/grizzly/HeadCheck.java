package dev.fanfare.server.grizzly;

import java.nio.charset.StandardCharsets;

/*
 * Grizzly's parser takes what two servers in a row may read differently: lines that end with LF alone, folded lines, blanks
 * before a colon, a second Host, control characters, Content-Length beside Transfer-Encoding. It drops what it overrides, so
 * nobody can tell afterwards. This looks at the bytes before it does. It keeps nothing but where it is.
 *
 *   method SP target SP HTTP/1.x CRLF        request line
 *   name ":" OWS value OWS CRLF              field lines
 *   CRLF
 */
/**
 * Checks the bytes of one request's head against what RFC 9112 demands of framing: <a
 * href="https://www.rfc-editor.org/rfc/rfc9112#section-2.2">2.2</a>, 3.2, 5, 6.1 to 6.3. Confined to a thread.
 */
final class HeadCheck {
    private static final int MOST_FIELDS = 100;
    private static final int MOST_LENGTH_DIGITS = 18;
    private static final int HIGHEST_PORT = 65_535;

    private static final byte[] HTTP_1 = ascii("HTTP/1.");
    private static final byte[] HOST = ascii("host");
    private static final byte[] CONTENT_LENGTH = ascii("content-length");
    private static final byte[] TRANSFER_ENCODING = ascii("transfer-encoding");
    private static final byte[] CHUNKED = ascii("chunked");

    /** Characters of a token (RFC 9110, 5.6.2), of a registered name or address (RFC 3986, 3.2.2), and controls but HTAB. */
    private static final boolean[] TOKEN = characters("!#$%&'*+-.^_`|~");

    private static final boolean[] HOST_NAME = characters("-._~!$&'()*+,;=");
    private static final boolean[] CONTROL = controls();

    private final byte[] bytes;
    private final int to;
    private boolean oldVersion;
    private boolean bodiless;
    private int hosts;
    private int fields;
    private boolean hasLength;
    private boolean hasCoding;

    private HeadCheck(byte[] bytes, int to) {
        this.bytes = bytes;
        this.to = to;
    }

    /**
     * Checks a head as far as it has come.
     *
     * @param from the first byte of the request line
     * @param to the end of what has come
     * @return the index after the head; -1 if it is not whole
     * @throws HeadRefused if it is wrong, however it goes on
     */
    static int check(byte[] bytes, int from, int to) {
        return new HeadCheck(bytes, to).check(from);
    }

    /** Whether there is something in these bytes that makes another check worthwhile: a line's end, or a byte that is wrong. */
    static boolean isTelling(byte[] bytes, int from, int to) {
        for (int i = from; i < to; i++) {
            if (CONTROL[bytes[i] & 0xff]) {
                return true;
            }
        }
        return false;
    }

    private int check(int from) {
        int end = lineEnd(from);
        if (end < 0) {
            requireBeginning(from);
            return -1;
        }
        requestLine(from, end);
        while (true) {
            int line = end + 2;
            end = lineEnd(line);
            if (end < 0) {
                return -1;
            }
            if (end == line) {
                requireWhole();
                return end + 2;
            }
            field(line, end);
        }
    }

    /** The index of the CR that ends a line; -1 if it has not come. */
    private int lineEnd(int from) {
        for (int i = from; i < to; i++) {
            if (!CONTROL[bytes[i] & 0xff]) {
                continue;
            }
            if (bytes[i] != '\r') {
                throw HeadRefused.badRequest(
                        bytes[i] == '\n'
                                ? "A line of the head ends with LF alone; it must end with CRLF (RFC 9112, 2.2)."
                                : "The head has a control character; only HTAB is allowed there (RFC 9110, 5.5).");
            }
            if (i + 1 == to) {
                return -1;
            }
            if (bytes[i + 1] != '\n') {
                throw HeadRefused.badRequest("The head has a CR without LF; lines must end with CRLF (RFC 9112, 2.2).");
            }
            return i;
        }
        return -1;
    }

    /** Of a line that is not whole: a client that speaks another protocol may wait for an answer. */
    private void requireBeginning(int from) {
        for (int i = from; i < to && bytes[i] != ' '; i++) {
            if (!TOKEN[bytes[i] & 0xff] && bytes[i] != '\r') {
                throw noRequestLine();
            }
        }
    }

    private static HeadRefused noRequestLine() {
        return HeadRefused.badRequest("The first line is not a request line of HTTP/1.1, such as 'GET / HTTP/1.1'.");
    }

    private void requestLine(int from, int end) {
        int target = token(from, end);
        if (target == from || target == end || bytes[target] != ' ') {
            throw noRequestLine();
        }
        target++;
        bodiless = startsWith(from, "TRACE ") || startsWith(from, "CONNECT ");
        int afterTarget = target;
        while (afterTarget < end && bytes[afterTarget] != ' ' && bytes[afterTarget] != '\t') {
            afterTarget++;
        }
        version(afterTarget, end);
        target(from, target, afterTarget);
    }

    private void version(int space, int end) {
        int version = space + 1;
        boolean isVersion = end - version == HTTP_1.length + 1
                && bytes[space] == ' '
                && startsWith(version, "HTTP/")
                && isDigit(bytes[version + 5])
                && bytes[version + 6] == '.'
                && isDigit(bytes[version + 7]);
        if (!isVersion) {
            throw noRequestLine();
        }
        byte minor = bytes[version + 7];
        if (bytes[version + 5] != '1' || minor > '1') {
            throw new HeadRefused(505, "This version of HTTP is not supported; send HTTP/1.1 or HTTP/1.0.");
        }
        oldVersion = minor == '0';
    }

    /** RFC 9112, 3.2. What stands in a path or query is looked at further on. */
    private void target(int method, int from, int end) {
        if (end > from && bytes[from] == '/') {
            return;
        }
        if (end - from == 1 && bytes[from] == '*' && startsWith(method, "OPTIONS ")) {
            return;
        }
        int scheme = startsWith(from, "http://") ? 7 : startsWith(from, "https://") ? 8 : 0;
        if (scheme == 0 || startsWith(method, "CONNECT ")) {
            throw HeadRefused.badRequest(
                    "The request target must be a path, such as '/status', or a URL (RFC 9112, 3.2).");
        }
        int authority = from + scheme;
        int authorityEnd = authority;
        while (authorityEnd < end && "/?#".indexOf(bytes[authorityEnd]) < 0) {
            authorityEnd++;
        }
        requireHost(authority, authorityEnd, "The host of the request target");
    }

    private void field(int from, int end) {
        if (++fields > MOST_FIELDS) {
            throw new HeadRefused(431, "The head has more than " + MOST_FIELDS + " fields; send fewer.");
        }
        int colon = token(from, end);
        if (colon == end || bytes[colon] != ':' || colon == from) {
            throw noField(from, end, colon);
        }
        int value = colon + 1;
        int valueEnd = end;
        while (value < valueEnd && isBlank(bytes[value])) {
            value++;
        }
        while (valueEnd > value && isBlank(bytes[valueEnd - 1])) {
            valueEnd--;
        }
        switch (colon - from) {
            case 4 -> host(from, value, valueEnd);
            case 14 -> contentLength(from, value, valueEnd);
            case 17 -> transferEncoding(from, value, valueEnd);
            default -> {
                // It frames nothing.
            }
        }
    }

    private HeadRefused noField(int from, int end, int at) {
        if (isBlank(bytes[from])) {
            return HeadRefused.badRequest(
                    "A line of the head begins with a space; a field must be on one line (RFC 9112, 5.2).");
        }
        for (int i = at; i < end; i++) {
            if (bytes[i] == ':') {
                return HeadRefused.badRequest("A header's name has a character that is not allowed, such as a space"
                        + " before the colon (RFC 9112, 5.1).");
            }
        }
        return HeadRefused.badRequest("A line of the head has no colon; it must be 'name: value' (RFC 9112, 5).");
    }

    private void host(int name, int from, int end) {
        if (!isName(name, HOST)) {
            return;
        }
        if (++hosts > 1) {
            throw HeadRefused.badRequest("'Host' must appear exactly once (RFC 9112, 3.2).");
        }
        requireHost(from, end, "'Host'");
    }

    /** RFC 3986, 3.2.2 and 3.2.3. */
    private void requireHost(int from, int end, String what) {
        int at = from;
        if (at < end && bytes[at] == '[') {
            at++;
            while (at < end && (isHexDigit(bytes[at]) || bytes[at] == ':' || bytes[at] == '.')) {
                at++;
            }
            at = at < end && bytes[at] == ']' ? at + 1 : from;
        } else {
            while (at < end && HOST_NAME[bytes[at] & 0xff]) {
                at++;
            }
        }
        boolean valid = at > from && (at == end || (bytes[at] == ':' && isPort(at + 1, end)));
        if (!valid) {
            throw HeadRefused.badRequest(what + " must be a name or an address, optionally with a port, such as"
                    + " 'example.com:8080' (RFC 9110, 7.2).");
        }
    }

    private boolean isPort(int from, int end) {
        int port = 0;
        for (int i = from; i < end; i++) {
            if (!isDigit(bytes[i])) {
                return false;
            }
            port = port * 10 + bytes[i] - '0';
            if (port > HIGHEST_PORT) {
                return false;
            }
        }
        return true;
    }

    private void contentLength(int name, int from, int end) {
        if (!isName(name, CONTENT_LENGTH)) {
            return;
        }
        boolean number = end > from && end - from <= MOST_LENGTH_DIGITS;
        for (int i = from; i < end; i++) {
            number &= isDigit(bytes[i]);
        }
        if (hasLength || !number) {
            throw HeadRefused.badRequest("'Content-Length' must appear once, as a number (RFC 9112, 6.3).");
        }
        hasLength = true;
    }

    private void transferEncoding(int name, int from, int end) {
        if (!isName(name, TRANSFER_ENCODING)) {
            return;
        }
        if (hasCoding || end - from != CHUNKED.length || !isName(from, CHUNKED)) {
            throw HeadRefused.badRequest("'Transfer-Encoding' must be 'chunked', and nothing else (RFC 9112, 6.1).");
        }
        hasCoding = true;
    }

    private void requireWhole() {
        if (bodiless && (hasLength || hasCoding)) {
            // Grizzly skips no such body: its bytes would be served as the next request.
            throw HeadRefused.badRequest("TRACE and CONNECT have no body; leave out 'Content-Length' and"
                    + " 'Transfer-Encoding' (RFC 9110, 9.3.6 and 9.3.8).");
        }
        if (hosts == 0 && !oldVersion) {
            throw HeadRefused.badRequest("'Host' is missing; HTTP/1.1 requires it (RFC 9112, 3.2).");
        }
        if (hasCoding && hasLength) {
            throw HeadRefused.badRequest(
                    "'Transfer-Encoding' and 'Content-Length' exclude one another; send one of them"
                            + " (RFC 9112, 6.1).");
        }
        if (hasCoding && oldVersion) {
            throw HeadRefused.badRequest("HTTP/1.0 has no 'Transfer-Encoding'; send 'Content-Length' (RFC 9112, 6.1).");
        }
    }

    /** The index after the longest token from an index on. */
    private int token(int from, int end) {
        int at = from;
        while (at < end && TOKEN[bytes[at] & 0xff]) {
            at++;
        }
        return at;
    }

    /** Whether a name begins here, whatever its case. */
    private boolean isName(int from, byte[] lowerCase) {
        for (int i = 0; i < lowerCase.length; i++) {
            int sign = bytes[from + i];
            if ((sign >= 'A' && sign <= 'Z' ? sign + ('a' - 'A') : sign) != lowerCase[i]) {
                return false;
            }
        }
        return true;
    }

    private boolean startsWith(int from, String text) {
        if (from + text.length() > to) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            if (bytes[from + i] != text.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isBlank(byte sign) {
        return sign == ' ' || sign == '\t';
    }

    private static boolean isDigit(byte sign) {
        return sign >= '0' && sign <= '9';
    }

    private static boolean isHexDigit(byte sign) {
        return isDigit(sign) || (sign >= 'a' && sign <= 'f') || (sign >= 'A' && sign <= 'F');
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static boolean[] characters(String others) {
        boolean[] characters = new boolean[256];
        for (int c = 0; c < 128; c++) {
            characters[c] = (c >= 'a' && c <= 'z')
                    || (c >= 'A' && c <= 'Z')
                    || (c >= '0' && c <= '9')
                    || others.indexOf(c) >= 0;
        }
        return characters;
    }

    private static boolean[] controls() {
        boolean[] controls = new boolean[256];
        for (int c = 0; c < ' '; c++) {
            controls[c] = c != '\t';
        }
        controls[0x7f] = true;
        return controls;
    }
}
