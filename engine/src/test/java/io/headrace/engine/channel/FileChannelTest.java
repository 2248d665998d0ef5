package io.headrace.engine.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.frame.Frame;
import io.headrace.frame.FrameBuilder;
import io.headrace.frame.FrameLimits;
import io.headrace.frame.Headers;
import io.headrace.wal.InputKey;
import io.headrace.wal.SimulatedDisk;
import io.netty.buffer.PooledByteBufAllocator;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FileChannelTest {
    private static final ChannelSettings SETTINGS =
            ChannelSettings.file("c1", 1_000_000, ChannelRig.FOLDER).withSegments(4 * 1024 * 1024, 1024 * 1024);

    @Test
    void shouldAcknowledgeWhenDurableAndServeFromMemory() throws IOException {
        try (ChannelRig rig = new ChannelRig(SETTINGS)) {
            rig.put("a", "b");
            assertThat(rig.ticket.isAcknowledged()).isFalse();
            rig.run();
            assertThat(rig.ticket.isAcknowledged()).isTrue();
            assertThat(rig.ticket.isSafe()).isTrue();
            assertThat(rig.drain()).containsExactly("a", "b");
        }
    }

    @Test
    void shouldServeWhatWasAcknowledgedAfterAKill() throws IOException {
        ChannelRig rig = new ChannelRig(SETTINGS);
        rig.open(InputKey.Kind.ORDERED, "file:1");
        for (int i = 1; i <= 100; i++) {
            rig.put(i, "event " + i);
        }
        rig.run();
        Lease lease = rig.consumer.tryLease(30, ChannelRig.BYTES);
        assertThat(lease.events()).isEqualTo(30);
        lease.commit();
        rig.pass(200);
        try (ChannelRig again = rig.killAndReopen()) {
            assertThat(again.channel.size()).isEqualTo(70);
            assertThat(again.open(InputKey.Kind.ORDERED, "file:1").startPosition())
                    .isEqualTo(100);
            assertThat(again.input.isKnown()).isTrue();
            assertThat(again.put(100, "event 100")).isEqualTo(PutStatus.DUPLICATE);
            assertThat(again.put(101, "event 101")).isEqualTo(PutStatus.ACCEPTED);
            assertThat(again.drain())
                    .hasSize(71)
                    .startsWith("event 31", "event 32")
                    .endsWith("event 100", "event 101");
            assertThat(again.channel.size()).isZero();
            assertThat(again.channel.ledger().balances()).isTrue();
            assertThat(again.channel.ledger().accepted()).isEqualTo(101);
            assertThat(again.channel.lowWater()).isEqualTo(again.channel.acknowledged());
        }
    }

    @Test
    void shouldUseReleasedSegmentsAgainRatherThanFillNewOnes() throws IOException {
        String body = "x".repeat(60_000);
        try (ChannelRig rig = new ChannelRig(SETTINGS)) {
            rig.run();
            // No time passes, so that no checkpoint is due for being old.
            for (int i = 0; i < 1_000; i++) {
                assertThat(rig.put(body)).isEqualTo(PutStatus.ACCEPTED);
                assertThat(rig.drain()).hasSize(1);
            }
            long segments = rig.storage.list(ChannelRig.FOLDER).stream()
                    .filter(name -> name.endsWith(".wal"))
                    .count();
            assertThat(segments).as("of 4 MiB, for 60 MiB").isLessThan(8);
        }
    }

    @Test
    void shouldBeCrowdedWhileSinksAreAtWorkAndMemoryIsNearlyWhereFramesLeaveIt() throws IOException {
        try (ChannelRig rig = new ChannelRig(SETTINGS.withByteCapacity(1_000_000))) {
            String body = "x".repeat(40_000);
            for (int i = 0; i < 11; i++) {
                rig.put(body);
            }
            rig.run();
            assertThat(rig.processor.isCrowded()).as("nobody takes").isFalse();
            rig.consumer.tryLease(1, ChannelRig.BYTES).commit();
            rig.run();
            assertThat(rig.processor.isCrowded()).as("a sink is at work").isTrue();
            rig.pass(500);
            assertThat(rig.processor.isCrowded()).as("it stopped").isFalse();
            rig.consumer.tryLease(4, ChannelRig.BYTES).commit();
            rig.run();
            assertThat(rig.processor.isCrowded()).as("memory has room").isFalse();
        }
    }

    @Test
    void shouldGoOnAfterACleanStop() throws IOException {
        ChannelRig rig = new ChannelRig(SETTINGS);
        rig.put("a");
        rig.put("b");
        try (ChannelRig again = rig.stopAndReopen()) {
            assertThat(again.channel.recovery().cleanStop()).isTrue();
            assertThat(again.drain()).containsExactly("a", "b");
            assertThat(again.channel.ledger().redelivered()).isZero();
        }
    }

    @Test
    void shouldTakeSmallFramesAfterOneLargerThanAGroup() throws IOException {
        ChannelSettings settings =
                ChannelSettings.file("c1", 1_000, ChannelRig.FOLDER).withSegments(16 * 1024 * 1024, 6 * 1024 * 1024);
        try (ChannelRig rig = new ChannelRig(settings)) {
            String large = "x".repeat(3 * 1024 * 1024);
            FrameLimits limits = new FrameLimits(1, 1024, 6 * 1024 * 1024);
            try (FrameBuilder builder = new FrameBuilder(PooledByteBufAllocator.DEFAULT, limits)) {
                builder.begin(Headers.EMPTY);
                builder.add(large.getBytes(StandardCharsets.UTF_8));
                Frame frame = builder.build(rig.producer, 1);
                rig.frames.add(frame);
                assertThat(rig.processor.tryPut(rig.input, 0, frame, true, rig.ticket))
                        .isEqualTo(PutStatus.ACCEPTED);
            }
            rig.put("small");
            rig.pass(200);
            assertThat(rig.ticket.isAcknowledged()).isTrue();
            assertThat(rig.drain()).containsExactly(large, "small");
        }
    }

    /** The segments that wait to be released may be the only ones that could become room. */
    @Test
    void shouldFindRoomOnAFullDiskWhenEverythingIsCommittedAtOnce() throws IOException {
        SimulatedDisk storage = new SimulatedDisk();
        ChannelSettings small = ChannelSettings.file("c1", 1_000_000, ChannelRig.FOLDER)
                .withSegments(64 * 1024, 8 * 1024)
                .withByteCapacity(32 * 1024);
        try (ChannelRig rig = new ChannelRig(small, storage, new DrivenClock())) {
            fillDisk(rig, storage);
            rig.pass(1_000);
            List<Lease> open = new ArrayList<>();
            for (int idle = 0; idle < 10; idle++) {
                rig.runner.run(ChannelRig.READER);
                Lease lease = rig.lease();
                if (lease != null) {
                    open.add(lease);
                    idle = 0;
                }
            }
            open.forEach(Lease::commit);
            for (int i = 0; i < 50; i++) {
                rig.pass(100);
            }
            assertThat(rig.drain()).isNotEmpty();
            assertThat(rig.put("b")).isEqualTo(PutStatus.ACCEPTED);
            rig.pass(100);
            assertThat(rig.ticket.isAcknowledged()).isTrue();
        }
    }

    @Test
    void shouldOpenOnAFullDiskSoThatSinksMakeRoom() throws IOException {
        SimulatedDisk storage = new SimulatedDisk();
        ChannelSettings small = ChannelSettings.file("c1", 1_000_000, ChannelRig.FOLDER)
                .withSegments(64 * 1024, 8 * 1024)
                .withByteCapacity(32 * 1024);
        ChannelRig full = new ChannelRig(small, storage, new DrivenClock());
        fillDisk(full, storage);
        full.pass(1_000);
        try (ChannelRig rig = full.killAndReopen()) {
            assertThat(rig.drain()).isNotEmpty();
            for (int i = 0; i < 10; i++) {
                rig.pass(100);
            }
            assertThat(rig.put("b")).isEqualTo(PutStatus.ACCEPTED);
            rig.pass(100);
            assertThat(rig.ticket.isAcknowledged()).isTrue();
        }
    }

    private static void fillDisk(ChannelRig rig, SimulatedDisk storage) {
        rig.pass(1_000);
        storage.capacity(10 * 64 * 1024);
        PutStatus status = PutStatus.ACCEPTED;
        while (status == PutStatus.ACCEPTED) {
            Frame frame = Fixtures.smallFrame(rig.producer, "x".repeat(800));
            rig.frames.add(frame);
            status = rig.processor.tryPut(rig.input, 0, frame, true, rig.ticket);
            rig.pass(1);
        }
        assertThat(rig.ticket.fullReason()).isEqualTo(FullReason.LOG);
    }
}
