package io.headrace.benchmarks;

import io.headrace.engine.channel.Channel;
import io.headrace.engine.channel.ChannelProcessor;
import io.headrace.engine.channel.FullReason;
import io.headrace.engine.channel.PutStatus;
import io.headrace.engine.channel.PutTicket;
import io.headrace.engine.channel.SourceInput;
import io.headrace.frame.Frame;
import io.headrace.frame.FrameLayout;
import io.headrace.frame.Headers;
import io.headrace.wal.InputKey;
import java.util.List;
import java.util.Map;

/**
 * Takes every frame, counts what is in it and calls it safe at once, so that a source is measured without a channel.
 * Owned by the source's thread.
 */
final class CountingProcessor implements ChannelProcessor {
    private long events;
    private long bodyBytes;

    long events() {
        return events;
    }

    /** Bytes of the bodies of frames whose events have no headers. */
    long bodyBytes() {
        return bodyBytes;
    }

    @Override
    public SourceInput openInput(InputKey key) {
        return new Input(key);
    }

    @Override
    public SourceInput anonymousInput() {
        return new Input(null);
    }

    @Override
    public Headers intercept(Map<String, String> own) {
        return Headers.of(own);
    }

    @Override
    public PutStatus tryPut(SourceInput input, long position, Frame frame, boolean intercepted, PutTicket ticket) {
        events += frame.eventCount();
        bodyBytes += frame.length()
                - FrameLayout.HEADER_LENGTH
                - frame.sharedHeadersLength()
                - (long) FrameLayout.EVENT_PREFIX_LENGTH * frame.eventCount();
        ((Input) input).position = position;
        return PutStatus.ACCEPTED;
    }

    @Override
    public PutStatus put(SourceInput input, long position, Frame frame, boolean intercepted, PutTicket ticket) {
        return tryPut(input, position, frame, intercepted, ticket);
    }

    @Override
    public PutTicket newTicket() {
        return Ticket.INSTANCE;
    }

    @Override
    public void whenRoom(Channel full, Runnable wake) {
        throw new IllegalStateException("no put is refused here (expected: no waiting for room)");
    }

    @Override
    public List<Channel> channels() {
        return List.of();
    }

    private enum Ticket implements PutTicket {
        INSTANCE;

        @Override
        public boolean isAcknowledged() {
            return true;
        }

        @Override
        public boolean isSafe() {
            return true;
        }

        @Override
        public Channel fullChannel() {
            return null;
        }

        @Override
        public FullReason fullReason() {
            return null;
        }
    }

    private static final class Input implements SourceInput {
        private final InputKey key;
        private long position;

        Input(InputKey key) {
            this.key = key;
        }

        @Override
        public InputKey key() {
            return key;
        }

        @Override
        public boolean isKnown() {
            return false;
        }

        @Override
        public long startPosition() {
            return 0;
        }

        @Override
        public long boundaryAbove(long above) {
            return Long.MAX_VALUE;
        }

        @Override
        public long safePosition() {
            return position;
        }

        @Override
        public long acknowledgedPosition() {
            return position;
        }

        @Override
        public void mark(long marked) {
            position = Math.max(position, marked);
        }

        @Override
        public void advanceFloor(long floor) {
            // Nothing is kept.
        }

        @Override
        public void setListener(Runnable listener) {
            // Everything is safe when the put returns.
        }

        @Override
        public void close() {
            // Nothing is held.
        }
    }
}
