package io.headrace.engine.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.engine.channel.Lease;
import io.headrace.engine.spi.SinkProcessor;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every processor keeps, on a real channel. */
abstract class SinkGroupContract {
    GroupRig rig;

    abstract Map<String, String> settings();

    abstract SinkProcessor processor(GroupContext context);

    @BeforeEach
    void open() {
        rig = open(settings(), this::processor);
    }

    static GroupRig open(Map<String, String> settings, Function<GroupContext, SinkProcessor> made) {
        return new GroupRig(settings, made);
    }

    @AfterEach
    void close() {
        rig.close();
    }

    @Test
    void shouldDeliverEachEventOnceWhileAllSinksWork() {
        rig.put(100);
        rig.drain();
        rig.assertConserved();
        assertThat(rig.counter("EventMovedCount")).isZero();
        assertThat(rig.counter("MemberFailureCount")).isZero();
    }

    @Test
    void shouldGoOnWithTheOthersWhenASinkFails() {
        for (TestSink failing : rig.sinks) {
            rig.put(20);
            failing.take();
            failing.fail();
            rig.pass(1);
            rig.drain();
            assertThat(rig.arrived()).hasSameSizeAs(rig.put);
            failing.up = true;
            failing.take();
            rig.pass(60_000);
        }
        rig.drain();
        rig.assertConserved();
    }

    @Test
    void shouldGoOnWithTheFirstThatComesBackWhenAllHaveFailed() {
        rig.put(20);
        rig.sinks.forEach(TestSink::take);
        rig.sinks.forEach(TestSink::fail);
        rig.pass(1);
        TestSink back = rig.sinks.get(2);
        back.up = true;
        back.take();
        rig.pass(1);
        rig.drain();
        assertThat(back.arrived).hasSameSizeAs(rig.put);
        rig.assertConserved();
    }

    @Test
    void shouldCountWhatMovedExactly() {
        rig.put(4);
        TestSink first = rig.sinks.get(0);
        assertThat(first.take()).isTrue();
        first.send(1);
        int sent = first.arrived.size();
        first.fail();
        rig.pass(1);
        rig.drain();
        assertThat(sent).isPositive();
        assertThat(rig.counter("EventMovedCount")).isEqualTo(sent);
        rig.assertConserved();
    }

    @Test
    void shouldCountAllThatASinkHadWhichDoesNotSayWhatItSends() {
        rig.put(4);
        TestSink first = rig.sinks.get(0);
        first.says = false;
        first.take();
        int had = first.open.peek().events();
        first.fail();
        rig.pass(1);
        rig.drain();
        assertThat(rig.counter("EventMovedCount")).isEqualTo(had);
    }

    /** Later leases fall with the first: another sink may deliver their frames before their holder ends them. */
    @Test
    void shouldCountWhatMovedOfLeasesThatFellWithAnEarlierOne() {
        rig.put(40);
        TestSink first = rig.sinks.get(0);
        first.says = false;
        first.take();
        first.take();
        assertThat(first.open).hasSize(2);
        int had = first.open.stream().mapToInt(Lease::events).sum();
        first.up = false;
        first.open.remove().rollback();
        first.member.trouble("cut by the test");
        rig.pass(1);
        rig.pass(FailoverProcessor.HAND_OVER_MILLIS);
        rig.drain();
        assertThat(rig.counter("EventMovedCount")).isEqualTo(had);
        first.open.remove().rollback();
    }

    @Test
    void shouldNotCountWhatTheSameSinkDeliversInTheEnd() {
        rig.put(4);
        TestSink first = rig.sinks.get(0);
        first.take();
        first.send(1);
        rig.sinks.forEach(TestSink::fail);
        first.up = true;
        first.take();
        rig.pass(60_000);
        rig.drain();
        assertThat(rig.counter("EventMovedCount")).isZero();
        rig.assertConserved();
    }

    @Test
    void shouldLoseNothingAndCountEachCopyWhateverFails() {
        for (int seed = 0; seed < 40; seed++) {
            close();
            open();
            rig.storm(seed, 400);
            rig.assertConserved();
        }
    }

    @Test
    void shouldTakeNothingForASinkThatHasLeft() {
        rig.put(10);
        TestSink leaving = rig.sinks.get(0);
        leaving.take();
        leaving.fail();
        leaving.member.leave("it is stopped");
        rig.pass(1);
        leaving.up = true;
        assertThat(leaving.take()).isFalse();
        leaving.up = false;
        rig.drain();
        rig.assertConserved();
    }
}
