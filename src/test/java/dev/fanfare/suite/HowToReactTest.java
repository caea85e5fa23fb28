package dev.fanfare.suite;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code react.md} shows files of {@code src/it/react-demo}, which are checked and run there. */
class HowToReactTest {
    private static final Path FOLDER = Path.of("src", "it", "react-demo", "src");

    @Test
    void itsCodeIsThatOfTheDemo() throws IOException {
        String page = Files.readString(Path.of("docs", "how-to", "react.md"));
        List<String> shown =
                List.of("main.tsx", "Job.tsx", "News.tsx", "Messages.tsx", "Connection.tsx", "App.test.tsx");
        for (String file : shown) {
            assertThat(page)
                    .contains("`src/" + file + "`")
                    .contains("```tsx\n" + Files.readString(FOLDER.resolve(file)) + "```\n");
        }
        assertThat(page.split("```tsx\n", -1)).as("blocks of code").hasSize(shown.size() + 1);
    }
}
