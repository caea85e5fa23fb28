package dev.fanfare.cli;

import jakarta.json.Json;
import jakarta.json.JsonException;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import java.io.IOException;
import java.io.StringReader;
import java.net.ConnectException;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.security.cert.CertPathBuilderException;
import java.util.Locale;
import javax.net.ssl.SSLException;

/** What a server's refusal or silence means, in words. Stateless. */
final class Answers {
    private static final int MOST_CHARS = 500;

    private Answers() {}

    /** A refusal with the server's own reason, if it gave one as a problem (RFC 9457) or in plain text. */
    static CommandFailed refused(URI uri, int status, String contentType, String body) {
        String type = contentType.toLowerCase(Locale.ROOT);
        String reason = reason(type, body);
        String hint = "";
        if (status == 401 || status == 403) {
            hint = " (--token-file or FANFARE_TOKEN give a token)";
        } else if (status == 404 && !type.contains("json")) {
            hint = ": is the path " + uri.getRawPath() + " right? Without a path the URL names the server";
        }
        return new CommandFailed(
                "The server at " + origin(uri) + " answers " + status + (reason.isEmpty() ? "" : ": " + reason) + hint);
    }

    private static String reason(String contentType, String body) {
        if (contentType.contains("json")) {
            try (JsonReader reader = Json.createReader(new StringReader(body))) {
                JsonObject problem = reader.readObject();
                return problem.getString("detail", problem.getString("title", ""));
            } catch (JsonException | ClassCastException e) {
                return "";
            }
        }
        if (contentType.contains("html")) {
            return "a page of HTML; is there a proxy or another server in between?";
        }
        String line = body.strip().replaceAll("\\s+", " ");
        return line.length() > MOST_CHARS ? line.substring(0, MOST_CHARS) + "…" : line;
    }

    /** Why nothing came. */
    static String silence(URI uri, IOException e) {
        return "The server at " + origin(uri) + " " + silence(uri.getScheme(), e);
    }

    private static String silence(String scheme, IOException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof UnresolvedAddressException || cause instanceof UnknownHostException) {
                return "can't be found: no address is known for its name";
            }
            if (cause instanceof BoundedText.TooLong) {
                return "gives " + cause.getMessage() + "; is it a server of Fanfare?";
            }
            if (cause instanceof SSLException) {
                return isUntrusted(cause)
                        ? "shows a certificate that this machine does not trust: name the file of that, or of its"
                                + " authority's, with --cacert"
                        : "can't be reached by TLS: " + cause.getMessage() + otherScheme(scheme, cause);
            }
        }
        if (e instanceof HttpConnectTimeoutException) {
            return "can't be reached: no connection within 10s";
        }
        if (e instanceof HttpTimeoutException) {
            return "does not answer in time";
        }
        if (e instanceof ConnectException) {
            return "refuses connections; is it running?";
        }
        String reason = e.getMessage() == null ? "" : " (" + e.getMessage() + ")";
        return "ended the connection" + reason + otherScheme(scheme, e);
    }

    /** What the JDK's client says of an answer that is none of HTTP, or none of TLS. */
    private static String otherScheme(String scheme, Throwable e) {
        String words = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
        if ("http".equalsIgnoreCase(scheme) && words.contains("header parser received no bytes")) {
            return ": does it speak https?";
        }
        return words.contains("unrecognized ssl message") ? ": does it speak http without TLS?" : "";
    }

    /** Whether the server's certificate was refused here: nothing was sent, and another attempt ends the same way. */
    static boolean isUntrusted(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof CertPathBuilderException) {
                return true;
            }
        }
        return false;
    }

    private static String origin(URI uri) {
        return uri.getScheme() + "://" + uri.getRawAuthority();
    }
}
