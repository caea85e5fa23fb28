package dev.fanfare.status.file;

import dev.fanfare.status.BlockingSource;
import dev.fanfare.status.Reading;
import dev.fanfare.status.StatusSource;
import dev.fanfare.status.StatusSourceContract;
import dev.fanfare.stream.SystemTicker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A file source in front of a real folder. A file can't be made to hang, so that is done around it. */
class FileSourceContractTest extends StatusSourceContract {
    @TempDir
    Path folder;

    private final SystemTicker ticker = new SystemTicker();
    private final Set<String> hanging = ConcurrentHashMap.newKeySet();
    private final CountDownLatch closed = new CountDownLatch(1);
    private StatusSource source = (params, validator) -> {
        throw new IllegalStateException("not started");
    };

    @BeforeEach
    void start() {
        FileSource files = new FileSource(new FileSourceSettings(folder, "{id}.json", 1000), ticker);
        source = StatusSource.blocking(new BlockingSource() {
            @Override
            public Reading read(Map<String, String> params) throws Exception {
                return read(params, null);
            }

            @Override
            public Reading read(Map<String, String> params, @Nullable String validator) throws Exception {
                if (hanging.contains(params.get("id"))) {
                    closed.await();
                }
                return files.read(params, validator);
            }
        });
    }

    @AfterEach
    void stop() {
        closed.countDown();
        ticker.close();
    }

    private Path file(String id) {
        return folder.resolve(id + ".json");
    }

    @Override
    protected StatusSource source() {
        return source;
    }

    @Override
    protected void set(String id, String json) {
        write(id, json);
    }

    private void write(String id, String text) {
        try {
            Files.writeString(file(id), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    protected void remove(String id) {
        try {
            Files.delete(file(id));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    protected void breakDown(String id) {
        write(id, "{\"half\":");
    }

    @Override
    protected void hang(String id) {
        hanging.add(id);
    }
}
