package io.headrace.engine.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ChannelFailureTest {
    private static final ChannelSettings FILE =
            ChannelSettings.file("c1", 2, ChannelRig.FOLDER).withSegments(4 * 1024 * 1024, 1024 * 1024);

    @Test
    void shouldTellEverybodyOnceAndRollLeasesBack() throws IOException {
        AtomicInteger woken = new AtomicInteger();
        AtomicInteger told = new AtomicInteger();
        try (ChannelRig rig = new ChannelRig(FILE)) {
            rig.put("a");
            rig.run();
            Lease open = rig.lease();
            rig.input.setListener(told::incrementAndGet);
            rig.put("b");
            assertThat(rig.put("c")).isEqualTo(PutStatus.FULL);
            rig.processor.whenRoom(rig.channel, woken::incrementAndGet);
            rig.storage.dieAt(1);
            rig.run();
            rig.run();
            assertThat(rig.channel.failure()).isInstanceOf(IOException.class);
            assertThat(rig.failures).containsExactly(rig.channel.failure());
            assertThat(woken).hasValue(1);
            assertThat(told).hasValue(1);
            assertThat(rig.put("c")).isEqualTo(PutStatus.CLOSED);
            assertThat(rig.ticket.fullChannel()).isSameAs(rig.channel);
            assertThat(rig.lease()).isNull();
            assertThat(rig.metric("Unhealthy")).isEqualTo(1);
            assertThat(Fixtures.bodies(open)).containsExactly("a");
            open.commit();
        }
    }

    /** Nobody would make the segment that the journal waits for. */
    @Test
    void shouldFailWhenItsPreparerEndsWithAnError() throws IOException {
        try (ChannelRig rig = new ChannelRig(FILE)) {
            OutOfMemoryError error = new OutOfMemoryError("made up");
            rig.storage.faults((call, path) -> {
                throw error;
            });
            assertThatThrownBy(() -> {
                        for (int i = 0; i < 1_000; i++) {
                            rig.clock.pass(100);
                            rig.runner.run(ChannelRig.PREPARER);
                        }
                    })
                    .isSameAs(error);
            assertThat(rig.channel.failure()).isSameAs(error);
            rig.storage.faults((call, path) -> false);
        }
    }

    @Test
    void shouldGiveAgainWhatAFailedChannelHadLeased() throws IOException {
        ChannelRig rig = new ChannelRig(FILE);
        rig.put("a");
        rig.run();
        Lease open = rig.lease();
        rig.put("b");
        rig.storage.dieAt(1);
        rig.run();
        open.commit();
        try (ChannelRig again = rig.killAndReopen()) {
            assertThat(again.drain()).startsWith("a");
            assertThat(again.channel.ledger().balances()).isTrue();
        }
    }

    @Test
    void shouldWaitForRoomOnTheDiskWithoutFailing() throws IOException {
        ChannelSettings settings = ChannelSettings.file("c1", 1_000_000, ChannelRig.FOLDER)
                .withSegments(256 * 1024, 16 * 1024)
                .withByteCapacity(256 * 1024);
        try (ChannelRig rig = new ChannelRig(settings)) {
            rig.run();
            rig.storage.capacity(1_500_000);
            String body = "x".repeat(10_000);
            PutStatus status = PutStatus.ACCEPTED;
            int put = 0;
            for (; status == PutStatus.ACCEPTED && put < 1_000; put++) {
                status = rig.put(body);
                rig.pass(50);
            }
            assertThat(status).isEqualTo(PutStatus.FULL);
            assertThat(rig.ticket.fullReason()).isEqualTo(FullReason.LOG);
            assertThat(rig.channel.failure()).isNull();
            rig.storage.capacity(Long.MAX_VALUE);
            for (int i = 0; i < 20; i++) {
                rig.pass(50);
            }
            assertThat(rig.drain()).hasSize(put - 1);
        }
    }
}
