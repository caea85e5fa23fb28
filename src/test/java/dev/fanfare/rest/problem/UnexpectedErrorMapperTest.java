package dev.fanfare.rest.problem;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.sink.ClientLeft;
import dev.fanfare.testing.RecordedLog;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class UnexpectedErrorMapperTest {
    @Test
    void aClientThatLeavesWhileItsStreamOpensIsNoFaultOfTheServer() {
        UnexpectedErrorMapper mapper =
                new UnexpectedErrorMapper(new ProducedTypes(), new ErrorReferences(), (method, headers) -> null);
        try (RecordedLog log = new RecordedLog(ErrorReferences.class.getName())) {
            assertThat(mapper.toResponse(new ClientLeft(new IOException("Broken pipe")))
                            .getStatus())
                    .isEqualTo(503);

            assertThat(log.messages()).isEmpty();
        }
    }
}
