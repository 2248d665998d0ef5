package io.headrace.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

class HopHeaderTest {
    private final HopHeader hop = new HopHeader();

    @Test
    void shouldBringBackAllFieldsAtAnyPlaceAndLeavePositionAndLimit() {
        for (boolean direct : new boolean[] {false, true}) {
            ByteBuffer buffer = direct ? ByteBuffer.allocateDirect(200) : ByteBuffer.allocate(200);
            buffer.order(ByteOrder.LITTLE_ENDIAN);
            for (int at = 0; at <= 160; at += 7) {
                buffer.limit(200).position(3);
                write(buffer, at);
                HopHeader read = new HopHeader();
                assertThat(read.read(buffer, at)).isTrue();
                assertThat(read.length()).isEqualTo(123);
                assertThat(read.tag()).isEqualTo(-5);
                assertThat(read.sequence()).isEqualTo(Long.MAX_VALUE);
                assertThat(read.durable()).isEqualTo(77);
                assertThat(read.inputNumber()).isEqualTo(9);
                assertThat(read.inputPosition()).isEqualTo(Long.MIN_VALUE);
                assertThat(buffer.position()).isEqualTo(3);
                assertThat(buffer.limit()).isEqualTo(200);
            }
        }
    }

    @Test
    void shouldSeeEveryFlippedBit() {
        ByteBuffer buffer = ByteBuffer.allocate(40).order(ByteOrder.LITTLE_ENDIAN);
        write(buffer, 0);
        for (int bit = 0; bit < 320; bit++) {
            buffer.array()[bit >> 3] ^= 1 << (bit & 7);
            assertThat(hop.read(buffer, 0)).as("bit %d", bit).isFalse();
            buffer.array()[bit >> 3] ^= 1 << (bit & 7);
        }
        assertThat(hop.read(buffer, 0)).isTrue();
    }

    @Test
    void shouldNotTakeZerosForAHeader() {
        assertThat(hop.read(ByteBuffer.allocate(40).order(ByteOrder.LITTLE_ENDIAN), 0))
                .isFalse();
    }

    @Test
    void shouldRefuseTheWrongByteOrder() {
        assertThatThrownBy(() -> hop.read(ByteBuffer.allocate(40), 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> write(ByteBuffer.allocate(40), 0)).isInstanceOf(IllegalArgumentException.class);
    }

    private void write(ByteBuffer buffer, int at) {
        hop.write(buffer, at, 123, -5, Long.MAX_VALUE, 77, 9, Long.MIN_VALUE);
    }
}
