package io.headrace.frame;

import static io.headrace.frame.GoldenFrames.ordered;
import static io.headrace.frame.GoldenFrames.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.testing.Hex;
import io.headrace.wal.InputFrames;
import io.headrace.wal.InputKey;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Version 1 is what this file holds: a change that fails here is a new version. */
class FrameGoldenTest {
    private final byte[] encoded = GoldenFrames.join(GoldenFrames.encode());

    @Test
    void shouldEncodeTheSameBytesAsTheFirstVersion1() throws IOException {
        assertThat(Hex.text(encoded)).isEqualTo(Hex.text(Hex.resource(GoldenFrames.RESOURCE, encoded)));
    }

    @Test
    void shouldReadTheFirstVersion1() throws IOException {
        ByteBuffer stored =
                ByteBuffer.wrap(Hex.resource(GoldenFrames.RESOURCE, encoded)).order(ByteOrder.LITTLE_ENDIAN);
        List<Frame> frames = new ArrayList<>();
        HopHeader hop = new HopHeader();
        FrameDecoder decoder = new FrameDecoder(1 << 20);
        for (int at = 0; at < stored.limit(); at += FrameLayout.align(hop.length())) {
            assertThat(hop.read(stored, at)).isTrue();
            assertThat(hop.tag()).isEqualTo(0x1122_3344);
            assertThat(hop.sequence()).isEqualTo(4097 + frames.size());
            int origin = at + FrameLayout.HOP_LENGTH;
            frames.add(decoder.decodeUntrusted(
                    Unpooled.wrappedBuffer(stored.slice(origin, FrameLayout.inOrigin(hop.length()))), 0));
        }
        assertThat(frames).hasSize(3);
        assertData(frames.get(0));
        assertThat(frames.get(1).flags()).isEqualTo(FrameLayout.FLAG_DERIVED);
        assertThat(frames.get(1).producerId()).isEqualTo(-2);
        assertThat(frames.get(1).firstEventNumber()).isEqualTo(3);
        assertThat(frames.get(2).type()).isEqualTo(FrameType.INPUT);
        assertThat(InputFrames.decode(frames.get(2)))
                .isEqualTo(new InputFrames.Input(1, new InputKey(InputKey.Kind.ORDERED, "file:1:2")));
        assertThat(hop.durable()).isEqualTo(4097);
        assertThat(hop.inputNumber()).isEqualTo(1);
        frames.forEach(Frame::release);
    }

    private static void assertData(Frame frame) {
        assertThat(frame.type()).isEqualTo(FrameType.DATA);
        assertThat(frame.producerId()).isEqualTo(0x0123_4567_89AB_CDEFL);
        assertThat(frame.createdMicros()).isEqualTo(GoldenFrames.CREATED_MICROS);
        EventCursor events = new EventCursor().wrap(frame);
        assertThat(events.next()).isTrue();
        assertThat(events.body()).isEqualTo(utf8("first"));
        assertThat(events.headers()).isEqualTo(ordered("host", "web-1", "file", "/var/log/größe.log"));
        assertThat(events.next()).isTrue();
        assertThat(events.body()).isEqualTo(utf8("second"));
        assertThat(events.headers()).isEqualTo(ordered("host", "web-2", "file", "/var/log/größe.log", "", ""));
        assertThat(events.next()).isTrue();
        assertThat(events.body()).isEmpty();
        assertThat(events.next()).isFalse();
    }
}
