package io.headrace.engine.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.wal.LogDamagedException;
import io.headrace.wal.SimulatedDisk;
import io.headrace.wal.Storage;
import io.headrace.wal.StorageFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
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

    /** What left memory is read back from the disk, which may have changed it. */
    @Test
    void shouldFailWithTheCommandToRunWhereASpilledBacklogRotted() throws IOException {
        try (ChannelRig rig = new ChannelRig(SETTINGS)) {
            List<String> put = new ArrayList<>();
            for (int i = 0; i < 500; i++) {
                // More than the reader reads ahead.
                put.add("event " + i + " of the backlog" + "x".repeat(30_000));
                assertThat(rig.put(put.get(i))).isEqualTo(PutStatus.ACCEPTED);
                rig.run();
            }
            assertThat(rig.metric("EvictedFrameCount")).isPositive();
            damage(rig.storage, "event 380 of the backlog");

            List<String> taken = rig.drain();

            assertThat(taken).isEqualTo(put.subList(0, taken.size())).hasSizeLessThanOrEqualTo(380);
            assertThat(rig.failures).singleElement().isInstanceOf(LogDamagedException.class);
            assertThat(rig.channel.failure())
                    .hasMessageContaining("damaged at")
                    .hasMessageContaining("headrace wal check")
                    .hasMessageContaining("headrace wal repair");
            assertThat(rig.put("more")).isNotEqualTo(PutStatus.ACCEPTED);
        }
    }

    private static void damage(SimulatedDisk disk, String text) throws IOException {
        byte[] sought = text.getBytes(StandardCharsets.UTF_8);
        for (String name : disk.list(ChannelRig.FOLDER)) {
            Path path = ChannelRig.FOLDER.resolve(name);
            ByteBuffer content;
            try (StorageFile file = disk.open(path, Storage.OpenMode.READ)) {
                content = ByteBuffer.allocate((int) file.size());
                while (content.hasRemaining() && file.read(content, content.position()) > 0) {
                    // Reads may be short.
                }
            }
            for (int at = 0; at + sought.length <= content.capacity(); at++) {
                if (Arrays.equals(content.array(), at, at + sought.length, sought, 0, sought.length)) {
                    disk.flip(path, at, 1);
                    return;
                }
            }
        }
        throw new AssertionError(text + " is in no file");
    }
}
