package dev.fanfare.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipException;
import org.junit.jupiter.api.Test;

class GunzipTest {
    private static byte[] gzip(String text) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
            out.write(text.getBytes(StandardCharsets.US_ASCII));
        }
        return packed.toByteArray();
    }

    private static byte[] emptyMembers(int count) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        for (int i = 0; i < count; i++) {
            packed.write(gzip(""));
        }
        return packed.toByteArray();
    }

    private static String unpacked(byte[] packed) throws IOException {
        try (Gunzip in = new Gunzip(new ByteArrayInputStream(packed))) {
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    @Test
    void membersAreOneText() throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 5000; i++) {
            packed.write(gzip("" + i));
            packed.write(emptyMembers(i % 3));
            text.append(i);
        }
        assertThat(unpacked(packed.toByteArray())).isEqualTo(text.toString());
    }

    @Test
    void thousandsOfEmptyMembersAreNoGzip() throws IOException {
        assertThat(unpacked(emptyMembers(90))).isEmpty();
        byte[] many = emptyMembers(50_000);
        assertThatThrownBy(() -> unpacked(many))
                .isInstanceOf(ZipException.class)
                .hasMessageContaining("empty");
    }
}
