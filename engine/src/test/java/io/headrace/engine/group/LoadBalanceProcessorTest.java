package io.headrace.engine.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.engine.spi.SinkProcessor;
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
}
