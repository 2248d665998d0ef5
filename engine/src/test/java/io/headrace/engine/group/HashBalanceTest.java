package io.headrace.engine.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.engine.spi.SinkProcessor;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class HashBalanceTest extends SinkGroupContract {
    @Override
    Map<String, String> settings() {
        return Map.of("selector", "hash");
    }

    @Override
    SinkProcessor processor(GroupContext context) {
        return new LoadBalanceProcessor(context);
    }

    @Test
    void shouldSendEqualEventsToTheSameSink() {
        equalEventsMeet(rig);
    }

    static void equalEventsMeet(GroupRig rig) {
        rig.put(200, number -> "user " + number % 60);
        rig.drain();
        Map<String, TestSink> owner = owners(rig);
        assertThat(rig.arrived()).hasSize(1_000);
        assertThat(new HashSet<>(owner.values())).as("sinks in use").hasSize(3);
    }

    private static Map<String, TestSink> owners(GroupRig rig) {
        Map<String, TestSink> owner = new HashMap<>();
        rig.sinks.forEach(sink -> sink.arrived.forEach(body -> {
            TestSink other = owner.put(body, sink);
            assertThat(other == null || other == sink).as("where %s is", body).isTrue();
        }));
        return owner;
    }

    @Test
    void shouldMoveTheShareOfAFailedSinkToAnotherAndCountIt() {
        rig.put(100, number -> "user " + number % 60);
        rig.drain();
        Map<String, TestSink> before = owners(rig);
        TestSink failed = rig.sinks.get(0);
        failed.fail();
        rig.pass(1);
        rig.sinks.forEach(sink -> sink.arrived.clear());
        rig.put(100, number -> "user " + number % 60);
        rig.drain();
        Map<String, TestSink> after = owners(rig);
        Set<TestSink> heirs = new HashSet<>();
        int[] displaced = new int[1];
        before.forEach((body, sink) -> {
            if (sink == failed) {
                heirs.add(after.get(body));
                rig.sinks.forEach(one -> displaced[0] +=
                        (int) one.arrived.stream().filter(body::equals).count());
            } else {
                assertThat(after.get(body)).as("where %s is", body).isSameAs(sink);
            }
        });
        assertThat(heirs).containsExactly(rig.sinks.get(1));
        assertThat(rig.counter("EventDisplacedCount")).isEqualTo(displaced[0]).isPositive();
    }

    @Test
    void shouldKeepTheOrderOfASource() {
        rig.put(100);
        rig.drain();
        rig.sinks.forEach(sink -> assertThat(sink.arrived.stream()
                        .map(body -> Integer.parseInt(body.substring(6)))
                        .toList())
                .isSorted());
    }

    @Test
    void shouldCommitAFrameOnlyWhenAllItsPartsAre() {
        rig.put(10);
        rig.sinks.forEach(TestSink::take);
        rig.sinks.get(0).deliver();
        rig.sinks.get(1).deliver();
        assertThat(rig.channel.size()).isEqualTo(50);
        rig.sinks.get(2).deliver();
        rig.drain();
        rig.assertConserved();
    }

    /** However small a part is for which the sink is waited, the channel holds its whole frame. */
    @Test
    void shouldHoldNoMoreThanItsLimitForASinkThatIsStuck() {
        rig.put(20, number -> "user " + number % 60);
        rig.drain();
        Map<String, TestSink> owner = owners(rig);
        TestSink stuck = rig.sinks.get(0);
        String small = owner.entrySet().stream()
                .filter(entry -> entry.getValue() == stuck)
                .findFirst()
                .orElseThrow()
                .getKey();
        rig.sinks.forEach(sink -> sink.arrived.clear());
        String filler = "x".repeat(10_000);
        rig.put(700, number -> number % 5 == 0 ? small : number + filler);
        boolean more = true;
        while (more) {
            more = rig.sinks.get(1).step() | rig.sinks.get(2).step();
        }
        long bytes = 0;
        for (TestSink sink : rig.sinks) {
            bytes += sink.arrived.stream().mapToLong(String::length).sum();
        }
        assertThat(bytes).isBetween(HashSharing.MOST_BYTES / 4, HashSharing.MOST_BYTES);
        rig.drain();
        assertThat(rig.arrived()).hasSize(700 * 5);
    }

    @Test
    void shouldHaveAStreamOfItsOwn() {
        assertThat(rig.sinks.get(0).consumer().streamId())
                .isEqualTo(rig.sinks.get(1).consumer().streamId())
                .isNotEqualTo(rig.channel.streamId());
        GroupRig other = open(Map.of("selector", "hash", "selector.header", "user"), LoadBalanceProcessor::new);
        assertThat(other.channel.streamId()).isEqualTo(rig.channel.streamId());
        assertThat(other.sinks.get(0).consumer().streamId())
                .isNotEqualTo(rig.sinks.get(0).consumer().streamId());
        other.close();
    }

    @Test
    void shouldSayNothingIsDoneThatIsUnderWay() {
        rig.put(10);
        TestSink first = rig.sinks.get(0);
        first.take();
        assertThat(first.consumer().lowWater()).isLessThan(first.open.peek().sequence(0));
        long highest = first.open.peek().sequence(first.open.peek().size() - 1);
        rig.drain();
        rig.assertConserved();
        org.awaitility.Awaitility.await().until(() -> first.consumer().lowWater() >= highest);
    }
}
