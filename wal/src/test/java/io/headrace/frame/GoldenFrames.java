package io.headrace.frame;

import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** The frames that {@code frames-1.hex} holds, as they stand in a segment one after the other. */
final class GoldenFrames {
    static final String RESOURCE = "/io/headrace/frame/frames-1.hex";
    static final long CREATED_MICROS = 1_790_000_000_000_000L;

    private GoldenFrames() {}

    /** Each frame with both halves and padding. */
    static byte[][] encode() {
        try (FrameBuilder builder = new FrameBuilder(UnpooledByteBufAllocator.DEFAULT, FrameLimits.DEFAULT)) {
            Producer producer = new Producer(0x0123_4567_89AB_CDEFL);
            builder.begin(Headers.of(ordered("host", "web-1", "file", "/var/log/größe.log")));
            builder.add(utf8("first"));
            builder.add(Headers.of(ordered("host", "web-2", "", "")), utf8("second"));
            builder.add(new byte[0]);
            byte[] data = stored(builder.build(producer, CREATED_MICROS), 0x1122_3344, 4097, 4096, 1, 21);
            builder.begin(Headers.EMPTY);
            builder.add(utf8("derived"));
            byte[] derived = stored(builder.buildDerived(-2, 3, CREATED_MICROS + 1), 0x1122_3344, 4098, 4096, 0, 0);
            byte[] payload = {1, 0, 0, 0, 1, 8, 0, 'f', 'i', 'l', 'e', ':', '1', ':', '2'};
            Frame input = builder.buildControl(FrameType.INPUT, payload, CREATED_MICROS + 2);
            return new byte[][] {data, derived, stored(input, 0x1122_3344, 4099, 4097, 1, 0)};
        }
    }

    /** Origin half and payload of each. */
    static byte[][] origins() {
        byte[][] frames = encode();
        for (int i = 0; i < frames.length; i++) {
            int length =
                    ByteBuffer.wrap(frames[i]).order(ByteOrder.LITTLE_ENDIAN).getInt(0);
            frames[i] = Arrays.copyOfRange(frames[i], FrameLayout.HOP_LENGTH, length);
        }
        return frames;
    }

    /** All one after the other. */
    static byte[] join(byte[][] frames) {
        int length = 0;
        for (byte[] frame : frames) {
            length += frame.length;
        }
        ByteBuffer all = ByteBuffer.allocate(length);
        for (byte[] frame : frames) {
            all.put(frame);
        }
        return all.array();
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static Map<String, String> ordered(String... namesAndValues) {
        Map<String, String> map = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            map.put(namesAndValues[i], namesAndValues[i + 1]);
        }
        return map;
    }

    private static byte[] stored(Frame frame, int tag, long sequence, long durable, int input, long position) {
        ByteBuffer bytes = ByteBuffer.allocate(frame.alignedLength()).order(ByteOrder.LITTLE_ENDIAN);
        new HopHeader().write(bytes, 0, frame.length(), tag, sequence, durable, input, position);
        bytes.position(FrameLayout.HOP_LENGTH);
        bytes.put(frame.nioBuffer());
        frame.release();
        return bytes.array();
    }
}
