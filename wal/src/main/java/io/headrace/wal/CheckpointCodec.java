package io.headrace.wal;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;

/**
 * The body of a checkpoint slot, little-endian; varints are LEB128 as in Protocol Buffers, zigzag where signed.
 *
 * <pre>
 *  +------+-------------------------------------------------------------+
 *  |   0  | stream id, high u64                                         |
 *  |   8  | stream id, low u64                                          |
 *  |  16  | ceiling u64                                                 |
 *  |  24  | durable u64                                                 |
 *  |  32  | tail segment index u64                                      |
 *  |  40  | tail offset u64                                             |
 *  |  48  | flags u8: 1 clean                                           |
 *  +------+-------------------------------------------------------------+
 *  |  49  | committed: window                                           |
 *  |      | holes: count varint, {distance varint, length varint}       |
 *  |      | next input number varint                                    |
 *  |      | accepted, delivered, redelivered: 3 varints                 |
 *  |      | dropped: count varint, {reason text, events varint}         |
 *  |      | tokens: count varint, {sink text, length varint, bytes}     |
 *  |      | inputs: count varint, {input}, by ascending number          |
 *  |      | cursors: count varint, {cursor}, by name (from version 2)   |
 *  |      | origins: limit varint, count varint, {origin}, the one not  |
 *  |      | heard of for longest first (from version 3)                 |
 *  +------+-------------------------------------------------------------+
 *   hole    distance from the floor, then from the end of the hole before, to the sequence before its first; length of it
 *   window  floor zigzag, runs varint, {unmarked before varint, marked varint}; both at least 1
 *   text    length varint, UTF-8
 *   input   number varint (difference to the one before), kind u8 (1 ordered, 2 window), key text,
 *           last seen zigzag (milliseconds since the epoch), position zigzag or window
 *   cursor  name text, stream id (high u64, low u64), start text, last used zigzag, window, tokens
 *   origin  producer id u64, number of the first event of a frame zigzag, steps varint, {distance varint, times varint}:
 *           so many further frames, each that far above the one before; both at least 1
 * </pre>
 *
 * Decoding trusts nothing: whatever does not fit ends in an {@link IllegalArgumentException} before memory is taken for
 * it. Owned by one thread.
 */
final class CheckpointCodec {
    private static final int STREAM_HIGH_OFFSET = 0;
    private static final int STREAM_LOW_OFFSET = 8;
    private static final int CEILING_OFFSET = 16;
    private static final int DURABLE_OFFSET = 24;
    private static final int TAIL_SEGMENT_OFFSET = 32;
    private static final int TAIL_OFFSET_OFFSET = 40;
    private static final int FLAGS_OFFSET = 48;
    private static final int FIXED_LENGTH = 49;

    private static final int FLAG_CLEAN = 1;
    private static final int ORDERED = 1;
    private static final int WINDOW = 2;

    private static final int SMALLEST_DROPPED = 2;
    private static final int SMALLEST_TOKEN = 2;
    private static final int SMALLEST_RUN = 2;
    private static final int SMALLEST_HOLE = 2;
    private static final int SMALLEST_INPUT = 5;
    private static final int SMALLEST_CURSOR = 22;
    private static final int SMALLEST_ORIGIN = 10;
    private static final int SMALLEST_STEP = 2;

    private final BodyWriter out = new BodyWriter();

    /**
     * Encodes the body of a checkpoint.
     *
     * @param headerLength bytes that are left free at the start of the buffer
     * @return a buffer of this codec, from 0 to the end of the body, to be used before the next call
     */
    ByteBuffer encode(Checkpoint checkpoint, int headerLength) {
        out.begin(headerLength + FIXED_LENGTH);
        out.putLongAt(headerLength + STREAM_HIGH_OFFSET, checkpoint.streamId().high());
        out.putLongAt(headerLength + STREAM_LOW_OFFSET, checkpoint.streamId().low());
        out.putLongAt(headerLength + CEILING_OFFSET, checkpoint.ceiling());
        out.putLongAt(headerLength + DURABLE_OFFSET, checkpoint.durable());
        out.putLongAt(headerLength + TAIL_SEGMENT_OFFSET, checkpoint.tailSegmentIndex());
        out.putLongAt(headerLength + TAIL_OFFSET_OFFSET, checkpoint.tailOffset());
        out.putByteAt(headerLength + FLAGS_OFFSET, checkpoint.clean() ? FLAG_CLEAN : 0);
        LogState state = checkpoint.state();
        putWindow(state.committed());
        putHoles(state);
        out.putVarint(state.nextInputNumber());
        out.putVarint(state.accepted());
        out.putVarint(state.delivered());
        out.putVarint(state.redelivered());
        out.putVarint(state.dropped().size());
        for (Map.Entry<String, Long> dropped : state.dropped().entrySet()) {
            out.putText(dropped.getKey());
            out.putVarint(dropped.getValue());
        }
        putTokens(state.tokens());
        putInputs(state);
        putCursors(state);
        putOrigins(state.origins());
        return out.end();
    }

    /**
     * Decodes a body from the position of a little-endian buffer to its limit.
     *
     * @param version one that {@link CheckpointSlot} knows
     * @throws IllegalArgumentException when it is not one
     */
    Checkpoint decode(int version, long generation, ByteBuffer in) {
        try {
            return read(version, generation, new BodyReader(in));
        } catch (BufferUnderflowException e) {
            throw new IllegalArgumentException("body ends at " + in.limit() + " (expected: more)", e);
        }
    }

    private static Checkpoint read(int version, long generation, BodyReader in) {
        StreamId streamId = new StreamId(in.getLong(), in.getLong());
        long ceiling = in.getLong();
        long durable = in.getLong();
        long tailSegmentIndex = in.getLong();
        long tailOffset = in.getLong();
        int flags = in.getByte();
        if ((flags & ~FLAG_CLEAN) != 0) {
            throw new IllegalArgumentException("flags: " + flags + " (expected: 0 or 1)");
        }
        LogState state = new LogState(in.getSigned(), 0);
        getRuns(in, state.committed());
        getHoles(in, state);
        state.nextInputNumber(in.getInt("next input number"));
        state.accepted(in.getVarint());
        state.delivered(in.getVarint());
        state.redelivered(in.getVarint());
        int dropped = in.getCount(SMALLEST_DROPPED, "drop reasons");
        for (int i = 0; i < dropped; i++) {
            state.dropped().put(in.getText(), in.getVarint());
        }
        getTokens(in, state.tokens());
        getInputs(in, state);
        if (version != CheckpointSlot.WITHOUT_CURSORS) {
            getCursors(in, state);
        }
        if (version > CheckpointSlot.WITHOUT_ORIGINS) {
            getOrigins(in, state.origins());
        }
        if (in.remaining() > 0) {
            throw new IllegalArgumentException(in.remaining() + " bytes after the end of the body (expected: none)");
        }
        return new Checkpoint(
                generation, streamId, ceiling, durable, tailSegmentIndex, tailOffset, (flags & FLAG_CLEAN) != 0, state);
    }

    /** What of a hole the low-water mark has passed is left out. */
    private void putHoles(LogState state) {
        long floor = state.committed().floor();
        int count = 0;
        for (long last : state.holes().values()) {
            count += last > floor ? 1 : 0;
        }
        out.putVarint(count);
        long end = floor;
        for (Map.Entry<Long, Long> hole : state.holes().entrySet()) {
            long last = hole.getValue();
            if (last > floor) {
                long first = Math.max(hole.getKey(), floor + 1);
                if (first <= end || last < first) {
                    throw new IllegalArgumentException("hole: " + hole + " (expected: first=last, above " + end + ")");
                }
                out.putVarint(first - end - 1);
                out.putVarint(last - first + 1);
                end = last;
            }
        }
    }

    private static void getHoles(BodyReader in, LogState state) {
        int holes = in.getCount(SMALLEST_HOLE, "holes");
        long end = state.committed().floor();
        for (int i = 0; i < holes; i++) {
            long distance = in.getVarint();
            long length = in.getVarint();
            long first = end + distance + 1;
            long last = first + length - 1;
            if (distance < 0 || first <= end || length < 1 || last < first) {
                throw new IllegalArgumentException("hole of " + length + ", " + distance + " above " + end
                        + " (expected: at least 1, and not beyond " + Long.MAX_VALUE + ")");
            }
            state.holes().put(first, last);
            end = last;
        }
    }

    private void putInputs(LogState state) {
        int[] numbers = new int[state.inputs().size()];
        int count = 0;
        for (InputState input : state.inputs().values()) {
            numbers[count++] = input.number();
        }
        Arrays.sort(numbers);
        out.putVarint(numbers.length);
        int before = 0;
        for (int number : numbers) {
            InputState input = state.inputs().get(number);
            out.putVarint(number - before);
            before = number;
            out.putByte(input.window() == null ? ORDERED : WINDOW);
            out.putText(input.key().id());
            out.putSigned(input.lastSeenMillis());
            if (input.window() == null) {
                out.putSigned(input.position());
            } else {
                putWindow(input.window());
            }
        }
    }

    private static void getInputs(BodyReader in, LogState state) {
        int inputs = in.getCount(SMALLEST_INPUT, "inputs");
        long number = 0;
        for (int i = 0; i < inputs; i++) {
            int step = in.getInt("input number");
            number += step;
            if (step == 0 || number >= state.nextInputNumber()) {
                throw new IllegalArgumentException(
                        "input number: " + number + " (expected: ascending, < next " + state.nextInputNumber() + ")");
            }
            int kind = in.getByte();
            if (kind != ORDERED && kind != WINDOW) {
                throw new IllegalArgumentException("input kind: " + kind + " (expected: 1 or 2)");
            }
            InputKey key = new InputKey(kind == ORDERED ? InputKey.Kind.ORDERED : InputKey.Kind.WINDOW, in.getText());
            long lastSeenMillis = in.getSigned();
            InputState input = new InputState((int) number, key, in.getSigned(), lastSeenMillis);
            if (kind == WINDOW) {
                getRuns(in, input.window());
            }
            state.inputs().put((int) number, input);
        }
    }

    private void putTokens(Map<String, byte[]> tokens) {
        out.putVarint(tokens.size());
        for (Map.Entry<String, byte[]> token : tokens.entrySet()) {
            out.putText(token.getKey());
            out.putBytes(token.getValue());
        }
    }

    private static void getTokens(BodyReader in, Map<String, byte[]> into) {
        int tokens = in.getCount(SMALLEST_TOKEN, "tokens");
        for (int i = 0; i < tokens; i++) {
            into.put(in.getText(), in.getBytes());
        }
    }

    private void putCursors(LogState state) {
        out.putVarint(state.cursors().size());
        for (CursorState cursor : state.cursors().values()) {
            out.putText(cursor.name());
            out.putLong(cursor.streamId().high());
            out.putLong(cursor.streamId().low());
            out.putText(cursor.start());
            out.putSigned(cursor.lastUsedMillis());
            putWindow(cursor.committed());
            putTokens(cursor.tokens());
        }
    }

    private static void getCursors(BodyReader in, LogState state) {
        int cursors = in.getCount(SMALLEST_CURSOR, "cursors");
        for (int i = 0; i < cursors; i++) {
            String name = in.getText();
            StreamId streamId = new StreamId(in.getLong(), in.getLong());
            String start = in.getText();
            long lastUsedMillis = in.getSigned();
            CursorState cursor = new CursorState(name, streamId, start, in.getSigned(), lastUsedMillis);
            getRuns(in, cursor.committed());
            getTokens(in, cursor.tokens());
            if (state.cursors().put(name, cursor) != null) {
                throw new IllegalArgumentException("cursor: " + name + " twice (expected: once)");
            }
        }
    }

    private void putOrigins(OriginPairs origins) {
        out.putVarint(origins.limit());
        out.putVarint(origins.producers());
        origins.forEach(this::putOrigin);
    }

    private void putOrigin(long producer, long[] numbers, int from, int to) {
        out.putLong(producer);
        out.putSigned(numbers[from]);
        int steps = 0;
        for (int i = from + 1; i < to; i = endOfStep(numbers, i, to)) {
            steps++;
        }
        out.putVarint(steps);
        int end;
        for (int i = from + 1; i < to; i = end) {
            end = endOfStep(numbers, i, to);
            out.putVarint(numbers[i] - numbers[i - 1]);
            out.putVarint(end - i);
        }
    }

    /** The first number from {@code at} on that is not as far above the one before as that at {@code at}. */
    private static int endOfStep(long[] numbers, int at, int to) {
        long distance = numbers[at] - numbers[at - 1];
        int end = at + 1;
        while (end < to && numbers[end] - numbers[end - 1] == distance) {
            end++;
        }
        return end;
    }

    private static void getOrigins(BodyReader in, OriginPairs origins) {
        int limit = in.getInt("origins");
        if (limit < 1 || limit > OriginPairs.MAX_LIMIT) {
            throw new IllegalArgumentException(
                    "origins: at most " + limit + " (expected: 1 to " + OriginPairs.MAX_LIMIT + ")");
        }
        origins.limit(limit);
        int producers = in.getCount(SMALLEST_ORIGIN, "producers");
        for (int i = 0; i < producers; i++) {
            long producer = in.getLong();
            long number = in.getSigned();
            addOrigin(origins, producer, number);
            int steps = in.getCount(SMALLEST_STEP, "steps");
            for (int step = 0; step < steps; step++) {
                long distance = in.getVarint();
                int times = in.getInt("times");
                if (distance == 0 || times < 1 || times > limit) {
                    throw new IllegalArgumentException(
                            times + " steps of " + distance + " (expected: 1 to " + limit + ", not of 0)");
                }
                for (int time = 0; time < times; time++) {
                    if (number + distance <= number) {
                        throw new IllegalArgumentException(
                                "event number: " + distance + " above " + number + " (expected: ascending)");
                    }
                    number += distance;
                    addOrigin(origins, producer, number);
                }
            }
        }
    }

    private static void addOrigin(OriginPairs origins, long producer, long number) {
        if (origins.size() == origins.limit() || !origins.add(producer, number, 0)) {
            throw new IllegalArgumentException("event number " + number + " of producer " + Long.toHexString(producer)
                    + ": twice, or too many (expected: once, and at most " + origins.limit() + " in all)");
        }
    }

    private void putWindow(SequenceWindow window) {
        out.putSigned(window.floor());
        long end = window.floor();
        int runs = 0;
        while (end < window.highest()) {
            end = window.endOfRun(window.nextMarked(end));
            runs++;
        }
        out.putVarint(runs);
        end = window.floor();
        while (end < window.highest()) {
            long first = window.nextMarked(end);
            out.putVarint(first - end - 1);
            end = window.endOfRun(first);
            out.putVarint(end - first + 1);
        }
    }

    private static void getRuns(BodyReader in, SequenceWindow window) {
        int runs = in.getCount(SMALLEST_RUN, "runs");
        for (int i = 0; i < runs; i++) {
            int unmarked = in.getInt("unmarked sequences");
            int marked = in.getInt("marked sequences");
            if (unmarked < 1 || unmarked > SequenceWindow.SIZE || marked < 1 || marked > SequenceWindow.SIZE) {
                throw new IllegalArgumentException("run of " + marked + " after " + unmarked + " (expected: 1 to "
                        + SequenceWindow.SIZE + " of each)");
            }
            long first = window.highest() + unmarked + 1;
            window.markRun(first, first + marked - 1);
        }
    }
}
