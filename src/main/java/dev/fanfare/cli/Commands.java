package dev.fanfare.cli;

import java.util.List;
import java.util.concurrent.Callable;

/** The commands of a client, for a command line to add. */
public final class Commands {
    private Commands() {}

    /** One of each; calling it runs it and gives the exit status. May throw {@link CommandFailed}. */
    public static List<Callable<Integer>> all() {
        return List.of(
                new SubCommand(),
                new PubCommand(),
                new WatchCommand(),
                new TopCommand(),
                new BenchCommand(),
                new DoctorCommand());
    }
}
