package io.headrace.engine.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.engine.config.MemoryPlan.Part;
import java.util.List;
import org.junit.jupiter.api.Test;

class MemoryPlanTest {
    private static final long MIB = 1024 * 1024;

    @Test
    void shouldLeaveDefaultsThatFit() {
        Part one = byDefault("one", 64);
        Part other = byDefault("other", 64);
        MemoryPlan plan = plan(200, one, other);
        assertThat(plan.fits()).isTrue();
        assertThat(plan.lowered()).isEmpty();
        assertThat(plan.bound(one)).isEqualTo(64 * MIB);
    }

    @Test
    void shouldShareWhatIsLeftAmongDefaultsSoThatOnlyTheLargestGetLess() {
        Part small = byDefault("small", 10);
        Part one = byDefault("one", 64);
        Part other = byDefault("other", 64);
        Part written = written("written", 30);
        MemoryPlan plan = plan(150, one, small, written, other);
        // 4/5 of 150, without 30 and 10.
        assertThat(plan.bound(small)).isEqualTo(10 * MIB);
        assertThat(plan.bound(written)).isEqualTo(30 * MIB);
        assertThat(plan.bound(one)).isEqualTo(40 * MIB);
        assertThat(plan.bound(other)).isEqualTo(40 * MIB);
        assertThat(plan.lowered()).containsExactly(one, other);
        assertThat(plan.fits()).isTrue();
    }

    @Test
    void shouldCountWhatIsTakenBesidesAndOneLargestEvent() {
        Part one = new Part("one", false, new FrameMemory.Bound("k", 64 * MIB, 12 * MIB, 16 * MIB));
        Part other = new Part("other", false, new FrameMemory.Bound("k", 64 * MIB, 0, 2 * MIB));
        MemoryPlan plan = new MemoryPlan(List.of(one, other), 150 * MIB, 20 * MIB);
        assertThat(plan.bound(one)).isEqualTo(36 * MIB);
        assertThat(plan.bound(other)).isEqualTo(36 * MIB);
    }

    @Test
    void shouldGiveAllThatIsLeftToWhatHasNoBound() {
        Part unbounded = written("unbounded", 0);
        Part other = byDefault("other", 64);
        MemoryPlan plan = plan(1_000, unbounded, other);
        assertThat(plan.bound(unbounded)).isEqualTo((800 - 64) * MIB);
        assertThat(plan.bound(other)).isEqualTo(64 * MIB);
        assertThat(plan.unbounded()).containsExactly(unbounded);
        assertThat(plan.lowered()).isEmpty();
    }

    @Test
    void shouldNotFitWhereWrittenBoundsAreTooLargeAndGiveTheOthersTheLeast() {
        Part written = written("written", 100);
        Part other = byDefault("other", 64);
        MemoryPlan plan = plan(125, written, other);
        assertThat(plan.fits()).isFalse();
        assertThat(plan.couldFit()).isTrue();
        assertThat(plan.bound(other)).isEqualTo(MemoryPlan.LEAST_BYTES);
    }

    @Test
    void shouldTellWhereNoSmallerBoundHelps() {
        MemoryPlan plan = plan(9, byDefault("one", 64), written("two", 4));
        assertThat(plan.fits()).isFalse();
        assertThat(plan.couldFit()).isFalse();
    }

    /** Some write the largest number that there is where they want no bound. */
    @Test
    void shouldNotTakeBoundsForSmallWhoseSumIsNoNumber() {
        Part endless = new Part("endless", true, new FrameMemory.Bound("k", Long.MAX_VALUE, 0, 0));
        Part another = new Part("another", true, new FrameMemory.Bound("k", Long.MAX_VALUE, 0, 0));
        Part other = byDefault("other", 64);
        for (MemoryPlan plan : List.of(plan(125, endless, other), plan(125, endless, another, other))) {
            assertThat(plan.fits()).isFalse();
            assertThat(plan.couldFit()).isTrue();
            assertThat(plan.bound(endless)).isEqualTo(Long.MAX_VALUE);
            assertThat(plan.bound(other)).isEqualTo(MemoryPlan.LEAST_BYTES);
        }
        Part besides = new Part("besides", false, new FrameMemory.Bound("k", 64 * MIB, 200 * MIB, 0));
        assertThat(plan(125, endless, besides).bound(besides)).isEqualTo(MemoryPlan.LEAST_BYTES);
    }

    private static MemoryPlan plan(long limitMib, Part... parts) {
        return new MemoryPlan(List.of(parts), limitMib * MIB, 0);
    }

    private static Part byDefault(String key, long mib) {
        return new Part(key, false, new FrameMemory.Bound("k", mib * MIB, 0, 0));
    }

    private static Part written(String key, long mib) {
        return new Part(key, true, new FrameMemory.Bound("k", mib * MIB, 0, 0));
    }
}
