package io.headrace.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BodyWriterTest {
    private final BodyWriter out = new BodyWriter();
    private ByteBuffer body;

    @ParameterizedTest
    @ValueSource(longs = {0, 1, -1, 63, 64, -64, -65, 127, 128, Integer.MAX_VALUE, Long.MAX_VALUE, Long.MIN_VALUE})
    void shouldReadBackAnyNumber(long number) {
        out.begin(0);
        out.putVarint(number);
        out.putSigned(number);
        out.putLong(number);

        BodyReader in = reader();

        assertThat(in.getVarint()).isEqualTo(number);
        assertThat(in.getSigned()).isEqualTo(number);
        assertThat(in.getLong()).isEqualTo(number);
        assertThat(in.remaining()).isZero();
    }

    @Test
    void shouldWriteSmallNumbersOfEitherSignInOneByte() {
        out.begin(0);
        out.putVarint(127);
        out.putSigned(-64);
        out.putSigned(63);

        assertThat(out.end().remaining()).isEqualTo(3);
    }

    @Test
    void shouldGrowWithWhatIsPutAndKeepWhatWasBefore() {
        out.begin(Long.BYTES);
        out.putLongAt(0, 42);
        byte[] large = new byte[100_000];
        large[99_999] = 7;
        out.putText("k\u00e4se");
        out.putBytes(large);
        out.putByte(-3);

        BodyReader in = reader();

        assertThat(in.getLong()).isEqualTo(42);
        assertThat(in.getText()).isEqualTo("k\u00e4se");
        assertThat(in.getBytes()).isEqualTo(large);
        assertThat(in.getByte()).isEqualTo(-3);
    }

    @Test
    void shouldBeginAnewWithTheNextBody() {
        out.begin(0);
        out.putText("a long one");
        out.end();
        out.begin(0);
        out.putByte(1);

        assertThat(out.end().remaining()).isEqualTo(1);
    }

    @Test
    void shouldRefuseACountThatTheBytesLeftCannotHold() {
        out.begin(0);
        out.putVarint(4);
        out.putBytes(new byte[6]);

        assertThat(reader().getCount(1, "things")).isEqualTo(4);
        assertThatThrownBy(() -> reader().getCount(2, "things"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("things: 4 (expected: at most 3)");
    }

    @Test
    void shouldTakeNoMemoryForALengthThatLies() {
        out.begin(0);
        out.putVarint(Integer.MAX_VALUE);

        assertThatThrownBy(() -> reader().getBytes()).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> reader().getText()).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldRefuseAVarintWithoutEnd() {
        out.begin(0);
        for (int i = 0; i < 11; i++) {
            out.putByte(0x80);
        }

        assertThatThrownBy(() -> reader().getVarint()).hasMessage("varint of more than 10 bytes (expected: fewer)");
    }

    @Test
    void shouldSayWhenItEndsTooEarly() {
        out.begin(0);
        out.putByte(0x80);

        assertThatThrownBy(() -> reader().getVarint()).isInstanceOf(BufferUnderflowException.class);
    }

    private BodyReader reader() {
        if (body == null) {
            body = out.end();
        }
        return new BodyReader(body.duplicate().order(ByteOrder.LITTLE_ENDIAN));
    }
}
