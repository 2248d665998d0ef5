package io.headrace.engine.channel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SpillTest {
    private static final ChannelSettings SETTINGS =
            ChannelSettings.dual("c1", 100, 100_000, ChannelRig.FOLDER).withSegments(4 * 1024 * 1024, 1024 * 1024);

    @Test
    void shouldKeepOrderWhenSpilling() throws IOException {
        try (ChannelRig rig = new ChannelRig(SETTINGS)) {
            List<String> put = new ArrayList<>();
            for (int i = 0; i < 500; i++) {
                String body = "event " + i;
                assertThat(rig.put(body)).isEqualTo(PutStatus.ACCEPTED);
                put.add(body);
                if (i % 10 == 0) {
                    rig.run();
                }
            }
            assertThat(rig.drain()).isEqualTo(put);
            assertThat(rig.channel.size()).isZero();
            assertThat(rig.channel.ledger().balances()).isTrue();
        }
    }

    @Test
    void shouldReturnToMemoryWhenSinksCatchUp() throws IOException {
        try (ChannelRig rig = new ChannelRig(SETTINGS)) {
            for (int run = 0; run < 3; run++) {
                List<String> put = new ArrayList<>();
                for (int i = 0; i < 300; i++) {
                    put.add(run + " event " + i);
                    rig.put(run + " event " + i);
                    rig.run();
                }
                assertThat(rig.metric("Spilling")).isEqualTo(1);
                assertThat(rig.drain()).isEqualTo(put);
                assertThat(rig.metric("Spilling")).isZero();
                assertThat(rig.metric("SpillRunCount")).isEqualTo(run + 1);
            }
        }
    }

    @Test
    void shouldWriteLeasedFramesToo() throws IOException {
        ChannelRig rig = new ChannelRig(SETTINGS);
        for (int i = 0; i < 50; i++) {
            rig.put("event " + i);
        }
        rig.run();
        Lease open = rig.consumer.tryLease(20, ChannelRig.BYTES);
        rig.consumer.tryLease(10, ChannelRig.BYTES).commit();
        for (int i = 50; i < 100; i++) {
            rig.put("event " + i);
            rig.run();
        }
        assertThat(rig.metric("Spilling")).isEqualTo(1);
        open.rollback();
        rig.pass(200);
        try (ChannelRig again = rig.killAndReopen()) {
            List<String> all = again.drain();
            assertThat(all).hasSize(90).startsWith("event 0", "event 1").endsWith("event 99");
            assertThat(all.get(20)).isEqualTo("event 30");
            assertThat(again.channel.ledger().balances()).isTrue();
        }
    }

    @Test
    void shouldWriteWhatMemoryHoldsAtAnOrderlyStop() throws IOException {
        ChannelRig rig = new ChannelRig(SETTINGS);
        rig.put("a");
        rig.put("b");
        rig.run();
        Lease lease = rig.consumer.tryLease(1, ChannelRig.BYTES);
        lease.commit();
        try (ChannelRig again = rig.stopAndReopen()) {
            assertThat(again.channel.recovery().cleanStop()).isTrue();
            assertThat(again.drain()).containsExactly("b");
        }
    }
}
