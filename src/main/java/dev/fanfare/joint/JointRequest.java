package dev.fanfare.joint;

import dev.fanfare.hub.ResumePoint;
import dev.fanfare.hub.Rights;
import dev.fanfare.stream.Permit;
import dev.fanfare.stream.Reader;
import org.jspecify.annotations.Nullable;

/**
 * What a client wants that opens a joint stream. Immutable.
 *
 * @param members the first members
 * @param start where its topics begin in the log
 * @param rights which private events it may see
 * @param reader what is known of the client's program
 * @param permit the stream ends with it; null for a stream that needs none
 * @param anonymous whether nobody vouches for the client
 * @param owner stands for who may change the members; equal for the same sender
 */
public record JointRequest(
        Wishes members,
        ResumePoint start,
        Rights rights,
        Reader reader,
        @Nullable Permit permit,
        boolean anonymous,
        Object owner) {}
