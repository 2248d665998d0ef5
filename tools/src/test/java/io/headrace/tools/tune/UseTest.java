package io.headrace.tools.tune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class UseTest {
    private static final DiskSpeed DISK = new DiskSpeed(List.of(
            new DiskSpeed.Row("direct", 4 << 10, 40e6, 150, 400),
            new DiskSpeed.Row("direct", 64 << 10, 400e6, 300, 900),
            new DiskSpeed.Row("direct", 256 << 10, 800e6, 500, 900),
            new DiskSpeed.Row("direct", 1 << 20, 1000e6, 1_900, 4_000),
            new DiskSpeed.Row("mapped", 1 << 20, 1200e6, 1_900, 4_000)));

    private static final BareLine.Speed LINE = new BareLine.Speed(12.5e6, 400);
    private static final BareLine.Speed LOOPBACK = new BareLine.Speed(3e9, 40);

    @Test
    void shouldNameTheProcessorWhereAllOfItIsUsed() {
        Use use = Use.ofThroughput(List.of(Trials.full(2e6, 0.97, 0.5, 420e6, 420e6)), DISK, "always", LOOPBACK);
        assertThat(use.limit()).isEqualTo(Limit.PROCESSOR);
        assertThat(use.device()).isEqualTo(0.42, within(0.01));
        assertThat(use.wire()).isEqualTo(0.14, within(0.01));
    }

    @Test
    void shouldNameTheProcessorWhereOneThreadIsAlwaysBusy() {
        assertThat(Use.ofThroughput(List.of(Trials.full(2e6, 0.3, 0.99, 420e6, 1)), DISK, "always", LOOPBACK)
                        .limit())
                .isEqualTo(Limit.PROCESSOR);
    }

    @Test
    void shouldNameTheWireWhereItCarriesWhatItCan() {
        Use use = Use.ofThroughput(List.of(Trials.full(6e4, 0.1, 0.1, 12e6, 12e6)), DISK, "always", LINE);
        assertThat(use.limit()).isEqualTo(Limit.WIRE);
        assertThat(use.wire()).isEqualTo(0.96, within(0.001));
    }

    @Test
    void shouldNameTheDeviceWhereEventsWaitForTheLogAndNothingIsUsedUp() {
        Use use = Use.ofThroughput(
                List.of(Trials.full(4e5, 0.25, 0.1, 94e6, 90e6, 0.94)),
                new DiskSpeed(List.of(new DiskSpeed.Row("direct", 1 << 20, 297e6, 5_000, 6_000))),
                "always",
                LOOPBACK);
        assertThat(use.isUsedUp()).isFalse();
        assertThat(use.isLatencyOfLog()).isTrue();
        assertThat(use.limit()).isEqualTo(Limit.DEVICE);
        assertThat(Use.ofThroughput(List.of(Trials.full(4e5, 0.25, 0.1, 94e6, 90e6, 0.2)), DISK, "always", LOOPBACK)
                        .limit())
                .isEqualTo(Limit.PROCESSOR);
    }

    @Test
    void shouldNameTheSameOfTwoThatAreUsedAboutAsMuch() {
        for (double device : new double[] {0.62, 0.7, 0.78, 0.86}) {
            Use use = new Use(0.7, device, 0.3, 0.6, false);
            assertThat(use.limit()).isEqualTo(Limit.PROCESSOR);
            assertThat(use.near()).containsExactly(Limit.DEVICE);
        }
        assertThat(new Use(0.7, 0.5, 0.3, 0.6, false).near()).isEmpty();
        assertThat(new Use(0.7, 0.95, 0.3, 0.6, false).limit()).isEqualTo(Limit.DEVICE);
        assertThat(new Use(0.7, 0.95, 0.3, 0.6, false).near()).isEmpty();
        assertThat(new Use(0.45, 0.5, 0.05, 0, true).limit()).isEqualTo(Limit.DEVICE);
    }

    @Test
    void shouldNameWhatIsKnownBestOfWireAndDevice() {
        Use full = new Use(0.2, 0.9, 0.85, 0, false);
        assertThat(full.limit()).isEqualTo(Limit.WIRE);
        assertThat(full.near()).containsExactly(Limit.DEVICE);
        Use latency = new Use(0.2, 0.4, 0.4, 0, true);
        assertThat(latency.limit()).isEqualTo(Limit.DEVICE);
        assertThat(latency.near()).as("shares of a time are never too small").containsExactly(Limit.WIRE);
        assertThat(new Use(0.2, 0.3, 0.5, 0, true).limit()).isEqualTo(Limit.WIRE);
    }

    @Test
    void shouldNotBelieveAProbeThatWasSlowerThanThePipeline() {
        Use use = Use.ofThroughput(List.of(Trials.full(5e6, 1, 0.5, 2_300e6, 5_000e6)), DISK, "always", LOOPBACK);
        assertThat(use.device()).isEqualTo(1);
        assertThat(use.wire()).isEqualTo(1);
        assertThat(use.limit()).isEqualTo(Limit.PROCESSOR);
    }

    @Test
    void shouldMeasureSmallGroupsByTheLargeOnesThatTheDiskCouldTake() {
        Candidate small = Trials.ANY.with(Knob.GROUP_BYTES, "65536");
        Candidate large = Trials.ANY.with(Knob.GROUP_BYTES, "1048576");
        assertThat(device(small)).isEqualTo(1, within(0.001));
        assertThat(device(large)).isEqualTo(0.4, within(0.001));
    }

    private static double device(Candidate candidate) {
        Trial trial = new Trial(
                1, "test", candidate, 0, 2, 4_000_000, 9_000, 20_000, 0.5, 0.3, 400e6, 64 << 10, 0.2, "direct", 1,
                null);
        return Use.ofThroughput(List.of(trial), DISK, "always", LOOPBACK).device();
    }

    @Test
    void shouldNameTheDeviceWhereItTakesNoMoreInSuchGroups() {
        assertThat(Use.ofThroughput(List.of(Trials.full(4e6, 0.7, 0.6, 980e6, 900e6)), DISK, "always", LOOPBACK)
                        .limit())
                .isEqualTo(Limit.DEVICE);
    }

    @Test
    void shouldMeasureALogThatIsSeldomSyncedByTheFastestWay() {
        Use use = Use.ofThroughput(List.of(Trials.full(4e6, 0.7, 0.6, 600e6, 0)), DISK, "100", null);
        assertThat(use.device()).isEqualTo(0.5, within(0.001));
        assertThat(use.wire()).isZero();
    }

    @Test
    void shouldShareTheTimeOfAnEventWhereLatencyIsTheGoal() {
        Use use = Use.ofLatency(List.of(Trials.paced(250, 900)), DISK, "always", LOOPBACK);
        assertThat(use.device()).isEqualTo(0.6, within(0.001));
        assertThat(use.wire()).isEqualTo(0.16, within(0.001));
        assertThat(use.processor()).isEqualTo(0.24, within(0.001));
        assertThat(use.limit()).isEqualTo(Limit.DEVICE);
        assertThat(Use.ofLatency(List.of(Trials.paced(250, 900)), DISK, "never", LOOPBACK)
                        .limit())
                .isEqualTo(Limit.PROCESSOR);
    }

    @Test
    void shouldEstimateGroupsBetweenThoseThatWereMeasured() {
        assertThat(DISK.ceiling("direct", 1_000)).isEqualTo(40e6);
        assertThat(DISK.ceiling("direct", 4 << 10)).isEqualTo(40e6);
        assertThat(DISK.ceiling("direct", 128 << 10)).isEqualTo(600e6, within(1e3));
        assertThat(DISK.ceiling("direct", 4 << 20)).isEqualTo(1000e6);
        assertThat(DISK.ceiling("positional", 4 << 10)).isZero();
    }
}
