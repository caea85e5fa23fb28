package dev.fanfare.cluster.redis;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/*
 * EVALSHA, and EVAL where the engine does not know the script: it needs no right to install something, and an engine that was
 * restarted or replaced learns the script by itself. A function (FUNCTION LOAD) can be lost with a replica's file.
 */
/**
 * A script that Redis runs in one step.
 *
 * @param text the script
 * @param digest what Redis calls it
 */
record RedisScript(String text, String digest) {
    /** A script of this package. */
    static RedisScript load(String name) {
        try (InputStream in = RedisScript.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("the script " + name + " is not in this archive");
            }
            return of(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A script from its text. */
    static RedisScript of(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-1").digest(text.getBytes(StandardCharsets.UTF_8));
            return new RedisScript(text, HexFormat.of().formatHex(digest));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-1", e);
        }
    }

    /**
     * Runs it.
     *
     * @param keys the keys that it uses
     * @param arguments byte arrays, texts and whole numbers
     */
    List<?> run(RedisLink link, List<String> keys, List<?> arguments) {
        List<Object> all = new ArrayList<>(keys.size() + arguments.size() + 2);
        all.add(digest);
        all.add(keys.size());
        all.addAll(keys);
        all.addAll(arguments);
        try {
            return answer(link.call("EVALSHA", all));
        } catch (RedisError e) {
            if (!e.code().equals("NOSCRIPT")) {
                throw e;
            }
        }
        all.set(0, text);
        return answer(link.call("EVAL", all));
    }

    private static List<?> answer(@Nullable Object answer) {
        return answer instanceof List<?> list ? list : answer == null ? List.of() : List.of(answer);
    }
}
