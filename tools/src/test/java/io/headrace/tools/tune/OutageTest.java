package io.headrace.tools.tune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class OutageTest {
    private static final int FRAME_BYTES = 192 * 1024;

    @Test
    void shouldNeedPeakTimesSecondsTimesOneAndAHalf() {
        Outage outage = of(50_000, Duration.ofHours(2), 200, 1_000_000, Long.MAX_VALUE);
        assertThat(outage.events()).isEqualTo(50_000L * 7_200 * 3 / 2);
        // 944 events of 208 bytes and a header of 80 fill a frame of 192 KiB; padded to 16.
        assertThat(outage.bytesPerEvent()).isBetween(208.08, 208.1);
        assertThat(outage.bytes()).isBetween(540_000_000L * 208, 540_000_000L * 209);
        assertThat(outage.needsCapacity()).isTrue();
        assertThat(outage.needsDisk()).isFalse();
        assertThat(outage.capacityToHave()).isEqualTo(outage.events());
        assertThat(outage.capacityLasts()).isEqualTo(Duration.ofSeconds(13));
    }

    @Test
    void shouldSayHowLongTheDiskLasts() {
        Outage outage = of(1_000, null, 192, Long.MAX_VALUE, 3_000_000);
        assertThat(outage.events()).isZero();
        assertThat(outage.needsCapacity()).isFalse();
        assertThat(outage.needsDisk()).isFalse();
        assertThat(outage.diskLasts().toSeconds()).isBetween(9L, 10L);
    }

    @Test
    void shouldNotAskForMoreCapacityThanTheDiskHas() {
        Outage outage = of(1_000, Duration.ofHours(1), 192, 1_000_000, 400_000_000);
        assertThat(outage.needsDisk()).isTrue();
        assertThat(outage.capacityToHave()).isBetween(1_990_000L, 2_000_000L);
        assertThat(outage.properties("a.channels.c."))
                .containsExactly(entry("a.channels.c.capacity", Long.toString(outage.capacityToHave())));
    }

    @Test
    void shouldSetNothingWhereTheDiskIsTooSmallForWhatIsSet() {
        assertThat(of(1_000, Duration.ofHours(1), 192, 3_000_000, 400_000_000).properties("a.channels.c."))
                .isEmpty();
    }

    @Test
    void shouldChargeALonelyEventWithItsWholeHeader() {
        assertThat(Outage.of(1, null, 100, 1, FRAME_BYTES, "capacity", 1, 1).bytesPerEvent())
                .isEqualTo(192);
    }

    @Test
    void shouldTakeADiskBelowItsReserveForEmpty() {
        Outage outage = of(10, Duration.ofMinutes(1), 200, Long.MAX_VALUE, -5);
        assertThat(outage.usableBytes()).isZero();
        assertThat(outage.needsDisk()).isTrue();
        assertThat(outage.diskLasts()).isZero();
    }

    private static Outage of(long peak, Duration outage, int size, long capacity, long usable) {
        return Outage.of(peak, outage, size, 1_000, FRAME_BYTES, "capacity", capacity, usable);
    }
}
