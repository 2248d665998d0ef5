package io.headrace.engine.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.engine.spi.SinkProcessor;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FailoverProcessorTest extends SinkGroupContract {
    @Override
    Map<String, String> settings() {
        return Map.of("priority.k1", "10", "priority.k2", "5");
    }

    @Override
    SinkProcessor processor(GroupContext context) {
        return new FailoverProcessor(context);
    }

    @Test
    void shouldLetOnlyTheFirstWork() {
        onlyTheFirstWorks(rig);
    }

    static void onlyTheFirstWorks(GroupRig rig) {
        rig.put(20);
        assertThat(rig.sinks.get(2).take()).isFalse();
        assertThat(rig.sinks.get(1).take()).isFalse();
        rig.drain();
        assertThat(rig.sinks.get(0).arrived).isEqualTo(rig.put);
    }

    @Test
    void shouldGoDownInOrderOfPriority() {
        goesDownInOrder(rig);
    }

    static void goesDownInOrder(GroupRig rig) {
        rig.sinks.get(0).fail();
        rig.pass(1);
        rig.put(20);
        rig.drain();
        assertThat(rig.sinks.get(1).arrived).hasSize(100);
        rig.sinks.get(1).fail();
        rig.pass(1);
        rig.put(20);
        rig.drain();
        assertThat(rig.sinks.get(2).arrived).hasSize(100);
    }

    @Test
    void shouldReturnWhenThePauseIsOver() {
        returnsAfterThePause(rig);
    }

    static void returnsAfterThePause(GroupRig rig) {
        TestSink primary = rig.sinks.get(0);
        primary.fail();
        rig.pass(1);
        primary.up = true;
        assertThat(primary.take()).isFalse();
        rig.pass(1_999);
        assertThat(primary.member.isActive()).isFalse();
        rig.pass(1);
        assertThat(primary.member.isActive()).isTrue();
        assertThat(rig.sinks.get(1).member.isActive()).isFalse();
        rig.put(10);
        rig.drain();
        assertThat(primary.arrived).hasSize(50);
    }

    @Test
    void shouldPauseTwiceAsLongAfterEachFailureUntilItDelivers() {
        TestSink primary = rig.sinks.get(0);
        for (long pause : new long[] {2_000, 4_000, 8_000, 16_000, 30_000, 30_000}) {
            primary.fail();
            rig.pass(1);
            primary.up = true;
            primary.take();
            rig.pass(pause - 1);
            assertThat(primary.member.isActive()).as("before " + pause).isFalse();
            rig.pass(1);
            assertThat(primary.member.isActive()).as("after " + pause).isTrue();
        }
        rig.put(1);
        rig.drain();
        rig.pass(1);
        primary.fail();
        rig.pass(1);
        primary.up = true;
        primary.take();
        rig.pass(2_000);
        assertThat(primary.member.isActive()).isTrue();
    }

    @Test
    void shouldKeepOrderAcrossSinks() {
        keepsOrder(rig);
    }

    /** What arrives later for the first time was put later, whichever sink brings it. */
    static void keepsOrder(GroupRig rig) {
        rig.put(12);
        TestSink primary = rig.sinks.get(0);
        TestSink second = rig.sinks.get(1);
        primary.step();
        primary.take();
        primary.take();
        primary.fail();
        rig.pass(1);
        second.take();
        primary.up = true;
        assertThat(primary.take()).isFalse();
        rig.pass(2_000);
        assertThat(primary.take()).as("while the other still delivers").isFalse();
        second.deliver();
        rig.pass(1);
        rig.drain();
        assertThat(second.arrived).isNotEmpty();
        assertThat(primary.arrived.subList(0, 20)).isEqualTo(rig.put.subList(0, 20));
        assertThat(second.arrived).isEqualTo(rig.put.subList(20, 20 + second.arrived.size()));
        assertThat(primary.arrived.subList(20, primary.arrived.size()))
                .isEqualTo(rig.put.subList(20 + second.arrived.size(), rig.put.size()));
        rig.assertConserved();
    }

    @Test
    void shouldNotWaitForEverForTheOneBefore() {
        rig.put(4);
        TestSink primary = rig.sinks.get(0);
        TestSink second = rig.sinks.get(1);
        primary.fail();
        rig.pass(1);
        second.take();
        primary.up = true;
        primary.take();
        rig.pass(2_000);
        assertThat(primary.member.isActive()).isFalse();
        rig.pass(FailoverProcessor.HAND_OVER_MILLIS);
        assertThat(primary.member.isActive()).isTrue();
    }

    @Test
    void shouldTellHowLongATakeoverTook() {
        rig.put(4);
        rig.sinks.get(0).take();
        rig.sinks.get(0).fail();
        rig.pass(1);
        rig.context.pass(6);
        rig.drain();
        assertThat(rig.context.metrics.timing("takeover").snapshot().getTotalCount())
                .isEqualTo(1);
        assertThat(rig.context.metrics.timing("takeover").snapshot().getMaxValue())
                .isBetween(6_990L, 7_010L);
    }
}
