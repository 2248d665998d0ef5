package io.headrace.engine.channel;

import io.headrace.frame.Frame;
import io.headrace.frame.FrameLayout;
import io.headrace.frame.Headers;
import io.headrace.wal.InputKey;
import java.util.List;
import java.util.Map;

/**
 * What a source puts into: its interceptors, its selector and the channels behind them. Safe for many threads, each
 * with inputs of its own.
 */
public interface ChannelProcessor {
    /**
     * From now on a frame is left out of a channel that has one with the same producer id and first event number, whatever
     * WINDOW input that came over; it is acknowledged when that one is (R15). Before any input is opened.
     *
     * @param window frames that each channel remembers, at least; those of producers not heard of for longest go first
     */
    default void dropKnownOrigins(int window) {
        throw new UnsupportedOperationException("dropKnownOrigins: not by " + getClass());
    }

    /** Opens an input in every channel, or goes on with it where it was known. */
    SourceInput openInput(InputKey key);

    /** An input for what cannot be read again and has no identity: no position is kept, nothing is a duplicate. */
    SourceInput anonymousInput();

    /**
     * The headers that frames of this source begin with: {@code own} after the interceptors that work on shared headers
     * (host, static, timestamp). Called once a frame, before {@code FrameBuilder.begin}. A source that calls it for a
     * frame puts that frame with {@code intercepted = true}.
     */
    Headers intercept(Map<String, String> own);

    /**
     * Puts a frame into all required channels or into none; optional channels get it when they have room. Never waits.
     * The caller keeps its own reference to the frame.
     *
     * @param position ORDERED: after the last byte of the frame; WINDOW: the sender's sequence; ignored for anonymous
     * @param intercepted whether shared headers went through {@link #intercept}
     * @param ticket from {@link #newTicket()}; overwritten
     */
    PutStatus tryPut(SourceInput input, long position, Frame frame, boolean intercepted, PutTicket ticket);

    /**
     * As {@link #tryPut}, but waits for room, first in, first out, up to the {@code keep-alive} of the channel that is
     * full. For sources with a thread of their own, never for event loops (R2).
     */
    PutStatus put(SourceInput input, long position, Frame frame, boolean intercepted, PutTicket ticket)
            throws InterruptedException;

    PutTicket newTicket();

    /**
     * Registers a one-shot call for when the channel that refused has room again, in the queue of its waiters; runs on
     * a channel's thread and must only set a flag or wake somebody.
     */
    void whenRoom(Channel full, Runnable wake);

    /**
     * Whether a required channel with a log holds so much in memory, while its sinks are at work, that more would be read
     * back from the disk before they come to it. A source that can read again does better to wait a few milliseconds;
     * nobody has to.
     */
    default boolean isCrowded() {
        return false;
    }

    /**
     * Bytes at which sources close a frame, unless their own settings ask for less: the smallest {@code frameBytes} of the
     * required channels.
     */
    default int frameBytes() {
        return FrameLayout.DEFAULT_FRAME_BYTES;
    }

    /** All channels, required and optional. */
    List<Channel> channels();
}
