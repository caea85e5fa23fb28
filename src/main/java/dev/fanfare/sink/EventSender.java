package dev.fanfare.sink;

import java.util.concurrent.CompletionStage;

/** Sends frames to one client. Used by one thread at a time, and only when what was sent before is done. */
@FunctionalInterface
interface EventSender {
    /** Sends; may block. The stage completes when the client has the frames, or as soon as the container takes more. */
    CompletionStage<?> send(EncodedEvents events);
}
