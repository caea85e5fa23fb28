package dev.fanfare.rest;

import dev.fanfare.log.HistoryUnavailable;
import dev.fanfare.log.OutcomeUnknown;
import dev.fanfare.log.PublicationTooLarge;
import dev.fanfare.log.ReadFault;
import dev.fanfare.rest.problem.ProblemException;
import java.time.Duration;

/**
 * What a client is answered when the history did not keep what it sent, or when nobody knows whether it did. The log gets one
 * line for the first failure of a kind that the history has not reported itself, whatever number of requests it concerns.
 * Thread-safe.
 */
final class KeepingProblems {
    private static final Duration RETRY_AFTER = Duration.ofSeconds(2);

    private final String thing;
    private final String again;
    private final ReadFault fault;

    /**
     * Problems with one kind of thing.
     *
     * @param thing what is to be kept, such as {@code event}
     * @param again the order to send it once more, such as {@code publish it again}
     */
    KeepingProblems(String thing, String again) {
        this.thing = thing;
        this.again = again;
        this.fault =
                new ReadFault("The " + thing + " of a request could not be kept, for a reason that the history has not"
                        + " reported; further ones are logged once requests succeed again");
    }

    /** Notes that something was kept, so that the next failure is logged again. */
    void succeeded() {
        fault.note(null);
    }

    /**
     * The problem that an error of the history is.
     *
     * @param ifUnknown what a client does that can't know whether its request was carried out
     */
    ProblemException of(Throwable error, String ifUnknown) {
        if (error instanceof ProblemException problem) {
            return problem;
        }
        if (error instanceof PublicationTooLarge) {
            return ProblemException.tooLarge(error.getMessage()
                    + " (fanfare.history.max-bytes): send less at a time, or ask for a higher limit.");
        }
        if (error instanceof OutcomeUnknown) {
            return notKnown(ifUnknown);
        }
        if (!(error instanceof HistoryUnavailable)) {
            fault.note(error);
        }
        return ProblemException.unavailable(
                "The " + thing + " could not be written to the history, so no client gets it; " + again + " later.",
                RETRY_AFTER);
    }

    /** The request is answered before its outcome is known. */
    ProblemException notKnown(String whatToDo) {
        return ProblemException.unavailable(
                "It is not known whether the " + thing + " was kept: the history has not confirmed it. " + whatToDo,
                RETRY_AFTER);
    }
}
