package io.headrace.transport.avro;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.transport.fuzz.Fuzzing;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RequestDecoderTest {
    private static final int MAX_EVENT = 2 * 1024 * 1024;
    private static final int MAX_REQUEST = 8 * 1024 * 1024;

    private final Collected collected = new Collected();
    private final RequestDecoder decoder =
            new RequestDecoder(collected, PooledByteBufAllocator.DEFAULT, MAX_EVENT, MAX_REQUEST);

    /** What a decoder tells, as text and events. */
    private static final class Collected implements RequestHandler {
        private final List<TestEvent> events = new ArrayList<>();
        private final List<String> said = new ArrayList<>();
        private boolean accepts = true;

        @Override
        public void onRequest(int serial) {
            said.add("request " + serial);
        }

        @Override
        public boolean onHandshake(Handshake handshake) {
            said.add("handshake " + (handshake.clientProtocol() != null));
            return accepts;
        }

        @Override
        public void onCall(Call call) {
            said.add(call.toString());
        }

        @Override
        public void onEvent(EventReader event, AvroInput in) {
            byte[] body = new byte[event.bodyLength()];
            in.bytes().get(event.bodyOffset(), body);
            events.add(new TestEvent(event.headers(), body));
        }

        @Override
        public void onRefused(AvroException why) {
            said.add(why.kind() + " " + why.getMessage());
        }

        @Override
        public void onEnd() {
            said.add("end");
        }
    }

    private void decode(ByteBuf bytes, int chunk) {
        while (bytes.isReadable()) {
            ByteBuf some = bytes.readRetainedSlice(Math.min(chunk, bytes.readableBytes()));
            while (some.isReadable()) {
                decoder.decode(some);
            }
            some.release();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 100, 8192, 65_536, 10_000_000})
    void shouldReadEventsHoweverTheBytesAreCut(int chunk) {
        List<TestEvent> events = TestEvent.mixed(100, chunk);
        if (chunk < 100) {
            events.remove(3);
        }
        for (int piece : new int[] {3, 1000, Wire.PIECE, 4_000_000}) {
            if (chunk < 100 && piece < 100) {
                continue;
            }
            collected.events.clear();
            boolean first = collected.said.isEmpty();
            ByteBuf bytes =
                    Wire.message(5, piece, first ? Wire.handshake() : Unpooled.EMPTY_BUFFER, Wire.appendBatch(events));
            decode(bytes, chunk);
            assertThat(collected.events).isEqualTo(events);
        }
        assertThat(collected.said).startsWith("request 5", "handshake false", "APPEND_BATCH", "end");
        assertThat(decoder.isInRequest()).isFalse();
    }

    @Test
    void shouldReadBlocksWithSizesAndSingleEvents() {
        TestEvent event = TestEvent.of("body", "k", "v");
        ByteBuf block = Unpooled.buffer();
        Wire.event(block, event);
        ByteBuf batch = Wire.call("appendBatch");
        Wire.number(batch, -1);
        Wire.number(batch, block.readableBytes());
        batch.writeBytes(block);
        Wire.number(batch, 1);
        Wire.event(batch, event);
        Wire.number(batch, 0);
        decode(Wire.message(1, Wire.PIECE, Wire.handshake(), batch), 1000);
        decode(Wire.message(2, Wire.PIECE, Wire.append(event)), 1000);
        assertThat(collected.events).containsExactly(event, event, event);
    }

    @Test
    void shouldPassOverWhatItCannotServeAndGoOn_R19() {
        decode(Wire.message(1, Wire.PIECE, Wire.handshake(), Wire.call("shutdown")), 50);
        ByteBuf longer = Wire.append(TestEvent.of("x"));
        longer.writeByte(0);
        decode(Wire.message(2, Wire.PIECE, longer), 50);
        ByteBuf shorter = Wire.append(TestEvent.of("1234567890"));
        decode(Wire.message(3, Wire.PIECE, shorter.slice(0, shorter.readableBytes() - 4)), 50);
        decode(Wire.message(4, Wire.PIECE, Wire.append(TestEvent.of("good"))), 50);
        assertThat(collected.said)
                .contains(
                        "REQUEST message: shutdown (expected: append or appendBatch)",
                        "REQUEST request: goes on after its parameters (expected: its end)",
                        "REQUEST request: ends after 0 events (expected: whole parameters)");
        assertThat(collected.events.get(collected.events.size() - 1)).isEqualTo(TestEvent.of("good"));
        assertThat(collected.said).filteredOn("end"::equals).hasSize(4);
    }

    @Test
    void shouldNotTakeMemoryForWhatIsOnlyAnnounced_R19() {
        ByteBuf batch = Wire.call("append");
        Wire.number(batch, 0);
        Wire.number(batch, MAX_EVENT - 10);
        batch.writeBytes(new byte[100]);
        ByteBuf bytes = Wire.message(1, 8_000_000, Wire.handshake(), batch);
        bytes.setInt(8, 8_000_000);
        decode(bytes, 1000);
        assertThat(decoder.carriedBytes()).isLessThan(1024);
        decoder.close();
    }

    @Test
    void shouldRefuseWhatIsTooLarge_R19() {
        ByteBuf event = Wire.call("append");
        Wire.number(event, 0);
        Wire.number(event, MAX_EVENT + 1);
        decode(Wire.message(1, Wire.PIECE, Wire.handshake(), event), 1000);
        ByteBuf head = Unpooled.buffer().writeInt(2).writeInt(2).writeInt(MAX_REQUEST + 1);
        decode(head, 100);
        assertThat(collected.said)
                .contains(
                        "FAILED event's body: 2097153 bytes (expected: <= 2097152)",
                        "FAILED request: at least 8388609 bytes (expected: <= maxRequestBytes 8388608)");
    }

    @Test
    void shouldLoseTheFramingOfWhatIsNoRequest_R19() {
        for (String garbage : List.of("GET / HTTP/1.1\r\n\r\n", "SSH-2.0-OpenSSH_9.6\r\n")) {
            RequestDecoder fresh =
                    new RequestDecoder(collected, PooledByteBufAllocator.DEFAULT, MAX_EVENT, MAX_REQUEST);
            ByteBuf bytes = Unpooled.copiedBuffer(garbage, StandardCharsets.ISO_8859_1);
            assertThatThrownBy(() -> fresh.decode(bytes))
                    .isInstanceOf(AvroException.class)
                    .hasMessageContaining("expected");
        }
    }

    @Test
    void shouldAskForTheProtocolWhenTheHandshakeIsNotAccepted() {
        collected.accepts = false;
        decode(Wire.message(1, Wire.PIECE, Wire.handshake(), Wire.append(TestEvent.of("lost"))), 10);
        collected.accepts = true;
        ByteBuf again = Wire.handshake(new byte[16], AvroProtocol.TEXT, AvroProtocol.TEXT_HASH);
        decode(Wire.message(2, Wire.PIECE, again, Wire.append(TestEvent.of("kept"))), 10);
        assertThat(collected.events).containsExactly(TestEvent.of("kept"));
        assertThat(collected.said).contains("handshake true");
    }

    /**
     * Whatever is changed in good requests: an end, an answer, or a request that is read as another; bounded memory. By the
     * million with {@code -Dfuzz.cases=1000000}.
     */
    @Test
    void shouldSurviveMutations_R19() {
        List<TestEvent> events = TestEvent.mixed(30, 4);
        events.remove(3);
        byte[] golden = bytes(Unpooled.wrappedBuffer(
                Wire.message(1, 500, Wire.handshake(), Wire.appendBatch(events)),
                Wire.message(2, Wire.PIECE, Wire.append(events.get(2))),
                Wire.message(3, 100, Wire.appendBatch(events))));
        Fuzzing.run(2_000, seed -> {
            Random random = new Random(seed);
            byte[] bytes = Fuzzing.mutant(golden, random);
            UnpooledByteBufAllocator own = new UnpooledByteBufAllocator(true, true);
            RequestDecoder fuzzed = new RequestDecoder(new Collected(), own, 64 * 1024, 256 * 1024);
            ByteBuf in = Unpooled.wrappedBuffer(bytes);
            int chunk = 1 + random.nextInt(1000);
            long most = 0;
            try {
                while (in.isReadable()) {
                    ByteBuf some = in.readSlice(Math.min(chunk, in.readableBytes()));
                    while (some.isReadable()) {
                        fuzzed.decode(some);
                        most = Math.max(most, own.metric().usedDirectMemory());
                    }
                }
            } catch (AvroException e) {
                assertThat(e.kind()).as(e.getMessage()).isEqualTo(AvroException.Kind.FRAMING);
            } finally {
                fuzzed.close();
            }
            assertThat(most).isLessThan(1024 * 1024);
            assertThat(own.metric().usedDirectMemory()).isZero();
        });
    }

    private static byte[] bytes(ByteBuf buf) {
        ByteBuffer nio = buf.nioBuffer();
        byte[] bytes = new byte[nio.remaining()];
        nio.get(bytes);
        return bytes;
    }
}
