package dev.fanfare.cli;

/** A command that has something to say, or to put back in order, when Ctrl-C or SIGTERM ends it. */
public interface Interruptible {
    /** Called on another thread than the command's; returns once the command has done that, within a second or so. */
    void interrupt();

    /** The exit status of a command that was ended so. */
    default int exitStatus() {
        return 0;
    }
}
