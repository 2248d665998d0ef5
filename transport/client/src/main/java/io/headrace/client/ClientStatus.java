package io.headrace.client;

/**
 * How a client fares.
 *
 * @param appended events taken
 * @param acknowledged events that a collector has acknowledged
 * @param moved events that were sent to one collector, and then to another because the first one did not answer: those may
 *     be at both
 * @param pendingEvents events taken and not acknowledged
 * @param pendingBytes what they are charged with
 * @param trouble why some host is not sent to, or empty
 */
public record ClientStatus(
        long appended, long acknowledged, long moved, long pendingEvents, long pendingBytes, String trouble) {}
