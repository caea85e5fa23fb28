package dev.fanfare.server;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code completion}: prints a script that completes this command line in bash and zsh. */
@Command(
        name = "completion",
        description = {"Prints a script that completes the command 'fanfare' in bash and zsh.", ""},
        optionListHeading = "Options:%n",
        footer = {
            "",
            "Example:",
            "  alias fanfare='java -jar /opt/fanfare/fanfare.jar'",
            "  source <(fanfare completion)"
        })
final class CompletionCommand implements Callable<Integer> {
    @Spec
    @Nullable
    CommandSpec spec;

    @Option(names = "--help", usageHelp = true, description = "Prints this.")
    boolean help;

    @Override
    public Integer call() {
        if (spec == null) {
            throw new IllegalStateException("this command comes from no command line");
        }
        System.out.print(AutoComplete.bash("fanfare", spec.root().commandLine()));
        return 0;
    }
}
