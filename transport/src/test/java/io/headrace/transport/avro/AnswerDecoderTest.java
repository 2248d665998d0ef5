package io.headrace.transport.avro;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.transport.fuzz.Fuzzing;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What a source may answer, and what a sink believes of it. */
class AnswerDecoderTest {
    private static final int GREETING = 1;
    private static final int FEW_CASES = 20_000;

    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true, true);
    private final List<String> said = new ArrayList<>();

    private AnswerDecoder decoder() {
        return new AnswerDecoder((serial, in) -> said.add(
                serial == GREETING
                        ? "welcome " + Welcome.read(in).accepted()
                        : serial + " " + Answer.read(in).status()));
    }

    @Test
    void shouldReadTheSameWhereverTheBytesAreCut() {
        byte[] golden = golden();
        for (int piece = 1; piece <= golden.length; piece++) {
            said.clear();
            decode(decoder(), golden, piece);
            assertThat(said).as("pieces of %d", piece).containsExactly("welcome true", "2 OK", "3 UNKNOWN", "4 FAILED");
            assertThat(allocator.metric().usedDirectMemory()).isZero();
        }
    }

    /**
     * Whatever is changed in good answers: an end, or an answer that is read as another; bounded memory. By the million
     * with {@code -Dfuzz.cases=1000000}.
     */
    @Test
    void shouldSurviveMutations_R19() {
        byte[] golden = golden();
        AtomicLong refused = new AtomicLong();
        long cases = Fuzzing.run(FEW_CASES, seed -> {
            Random random = new Random(seed);
            byte[] bytes = Fuzzing.mutant(golden, random);
            AnswerDecoder fuzzed = decoder();
            try {
                decode(fuzzed, bytes, 1 + random.nextInt(bytes.length));
            } catch (AvroException e) {
                // Any other exception would not be a clean end of the connection.
                assertThat(e).hasMessageContaining("expected");
                refused.incrementAndGet();
            } finally {
                fuzzed.close();
            }
            assertThat(allocator.metric().usedDirectMemory()).isZero();
        });
        if (cases >= FEW_CASES) {
            assertThat(refused.get()).isGreaterThan(cases / 4);
        }
    }

    @Test
    void shouldHoldNoMoreThanOneAnswerAtATime_R19() {
        AnswerDecoder decoder = decoder();
        ByteBuf endless = Unpooled.buffer().writeInt(2).writeInt(1).writeInt(1024 * 1024);
        decode(decoder, bytes(endless), 12);
        byte[] some = new byte[16 * 1024];
        for (int i = 0; i < 63; i++) {
            decode(decoder, some, some.length);
            assertThat(allocator.metric().usedDirectMemory()).isLessThanOrEqualTo(2 * 1024 * 1024);
        }
        decoder.close();
        assertThat(allocator.metric().usedDirectMemory()).isZero();
    }

    private void decode(AnswerDecoder decoder, byte[] bytes, int piece) {
        for (int at = 0; at < bytes.length; at += piece) {
            decoder.decode(Unpooled.wrappedBuffer(bytes, at, Math.min(piece, bytes.length - at)), allocator);
        }
    }

    private static byte[] golden() {
        ByteBuf welcome = Unpooled.buffer();
        AvroOutput.writeLong(welcome, 0);
        AvroOutput.writeLong(welcome, 1);
        AvroOutput.writeString(welcome, "{\"protocol\": \"some\"}");
        AvroOutput.writeLong(welcome, 1);
        welcome.writeBytes(new byte[AvroProtocol.HASH_LENGTH]);
        AvroOutput.writeLong(welcome, 1);
        AvroOutput.writeOrdered(welcome);
        ByteBuf ok = Unpooled.buffer();
        AvroOutput.writeLong(ok, 0);
        ok.writeByte(0);
        AvroOutput.writeLong(ok, AvroStatus.OK.ordinal());
        ByteBuf error = Unpooled.buffer();
        AvroOutput.writeLong(error, 0);
        error.writeByte(1);
        AvroOutput.writeLong(error, 0);
        byte[] text = "no such channel".getBytes(StandardCharsets.UTF_8);
        AvroOutput.writeLong(error, text.length);
        error.writeBytes(text);
        ByteBuf failed = Unpooled.buffer();
        AvroOutput.writeLong(failed, 0);
        failed.writeByte(0);
        AvroOutput.writeLong(failed, AvroStatus.FAILED.ordinal());
        return bytes(Unpooled.wrappedBuffer(
                answer(GREETING, 7, welcome), answer(2, 100, ok), answer(3, 5, error), answer(4, 1, failed)));
    }

    /** In pieces of so many bytes. */
    private static ByteBuf answer(int serial, int piece, ByteBuf payload) {
        int pieces = (payload.readableBytes() + piece - 1) / piece;
        ByteBuf out = Unpooled.buffer().writeInt(serial).writeInt(pieces);
        while (payload.isReadable()) {
            int length = Math.min(piece, payload.readableBytes());
            out.writeInt(length).writeBytes(payload, length);
        }
        return out;
    }

    private static byte[] bytes(ByteBuf from) {
        byte[] bytes = new byte[from.readableBytes()];
        from.readBytes(bytes);
        return bytes;
    }
}
