package io.headrace.engine.group;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.engine.config.ConfigurationException;
import io.headrace.engine.spi.SinkProcessor;
import io.headrace.engine.spi.SinkSelector;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LoadBalanceProcessorTest extends SinkGroupContract {
    @Override
    Map<String, String> settings() {
        return Map.of("backoff", "true");
    }

    @Override
    SinkProcessor processor(GroupContext context) {
        return new LoadBalanceProcessor(context);
    }

    @Test
    void shouldUseAllHealthySinksAtOnce() {
        usesAll(rig);
    }

    static void usesAll(GroupRig rig) {
        rig.put(20);
        rig.sinks.forEach(sink -> assertThat(sink.take()).isTrue());
        rig.drain();
        rig.assertConserved();
    }

    @Test
    void shouldTakeTurnsWhereSeveralWait() {
        rig.sinks.forEach(sink -> assertThat(sink.take()).isFalse());
        for (int i = 0; i < 30; i++) {
            rig.put(1);
            // One asks for all: the batch is put aside for the one whose turn it is.
            rig.sinks.get(0).take();
            rig.sinks.forEach(sink -> {
                sink.take();
                while (!sink.open.isEmpty()) {
                    sink.deliver();
                }
                sink.take();
            });
        }
        rig.sinks.forEach(sink -> assertThat(sink.arrived).hasSize(50));
    }

    /** Has the second sink put a batch aside for the first, which waits. */
    private void putAsideForTheFirst() {
        rig.sinks.get(0).take();
        rig.put(4);
        rig.sinks.get(1).take();
        assertThat(rig.sinks.get(1).open).isEmpty();
    }

    @Test
    void shouldGiveBackWhatIsPutAsideForASinkThatFails() {
        rig.sinks.get(1).take();
        putAsideForTheFirst();
        rig.sinks.get(0).fail();
        rig.pass(1);
        assertThat(rig.sinks.get(1).step()).isTrue();
        assertThat(rig.sinks.get(1).arrived).isEqualTo(rig.put);
        assertThat(rig.counter("EventMovedCount")).isZero();
        rig.assertConserved();
    }

    @Test
    void shouldGiveBackWhatIsPutAsideForASinkThatGivesBackWhatItHas() {
        rig.put(4);
        TestSink first = rig.sinks.get(0);
        assertThat(first.take()).isTrue();
        rig.sinks.get(1).step();
        rig.put(4);
        rig.sinks.get(1).step();
        putAsideForTheFirst();
        first.open.remove().rollback();
        rig.drain();
        rig.assertConserved();
    }

    @Test
    void shouldNotHoldUpTheOthersForOneThatIsStuck() {
        rig.put(50);
        assertThat(rig.sinks.get(0).take()).isTrue();
        for (int i = 0; i < 200; i++) {
            rig.sinks.get(1).step();
            rig.sinks.get(2).step();
        }
        assertThat(rig.arrived()).hasSizeGreaterThanOrEqualTo(rig.put.size() - 20);
    }

    @Test
    void shouldLeaveAFailedSinkAloneForAWhile() {
        TestSink failing = rig.sinks.get(1);
        failing.fail();
        rig.pass(1);
        failing.up = true;
        assertThat(failing.take()).isFalse();
        rig.pass(1_999);
        assertThat(failing.member.isActive()).isFalse();
        rig.pass(1);
        assertThat(failing.member.isActive()).isTrue();
    }

    @Test
    void shouldNotLeaveItAloneWithoutBackoff() {
        rig.close();
        rig = open(Map.of("selector", "random"), LoadBalanceProcessor::new);
        TestSink failing = rig.sinks.get(1);
        failing.fail();
        rig.pass(1);
        assertThat(failing.member.isActive()).isFalse();
        failing.up = true;
        failing.take();
        rig.pass(1);
        assertThat(failing.member.isActive()).isTrue();
    }

    /** Always the last of those that wait. */
    public static final class LastFirst implements SinkSelector {
        @Override
        public int select(List<? extends SinkProcessor.Member> waiting) {
            return waiting.size() - 1;
        }
    }

    @Test
    void shouldAskASelectorThatIsNamedByItsClass() {
        rig.close();
        rig = open(Map.of("selector", LastFirst.class.getName()), LoadBalanceProcessor::new);
        rig.sinks.forEach(TestSink::take);
        rig.put(4);
        rig.sinks.get(0).take();
        assertThat(rig.sinks.get(2).take()).isTrue();
        assertThat(rig.sinks.get(2).open.peek().sequence(0)).isEqualTo(1);
        rig.drain();
        rig.assertConserved();
    }

    @Test
    void shouldRefuseASelectorThatNobodyKnows() {
        GroupContext context = new GroupContext(Map.of("selector", "com.example.Nobody"));
        assertThatThrownBy(() -> new LoadBalanceProcessor(context))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("com.example.Nobody");
    }
}
