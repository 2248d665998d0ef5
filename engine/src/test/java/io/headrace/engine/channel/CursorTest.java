package io.headrace.engine.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.engine.config.ConfigurationException;
import io.headrace.wal.CursorStart;
import io.headrace.wal.InputKey;
import io.headrace.wal.LogRetention;
import io.headrace.wal.Storage;
import io.headrace.wal.StorageFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Sinks on a cursor of their own. */
class CursorTest {
    private static final long DAY = Duration.ofDays(1).toMillis();
    private static final int SENDERS = 10_000;
    private static final long HOUR = Duration.ofHours(1).toMillis();
    private static final ChannelSettings FILE =
            ChannelSettings.file("c1", 1_000_000, ChannelRig.FOLDER).withSegments(4 * 1024 * 1024, 1024 * 1024);
    private static final ChannelSettings SETTINGS = with(FILE, "audit", "oldest");

    private static ChannelSettings with(ChannelSettings settings, String... namesAndStarts) {
        List<CursorStart> cursors = new ArrayList<>();
        for (int i = 0; i < namesAndStarts.length; i += 2) {
            cursors.add(CursorStart.parse(namesAndStarts[i], namesAndStarts[i + 1]));
        }
        return settings.withKeeping(new LogKeeping(LogRetention.NONE, cursors, 7 * DAY, 30 * DAY));
    }

    private static List<String> drain(ChannelRig rig, ChannelConsumer consumer) {
        List<String> bodies = new ArrayList<>();
        rig.run();
        Lease lease = consumer.tryLease(Integer.MAX_VALUE, ChannelRig.BYTES);
        while (lease != null) {
            bodies.addAll(Fixtures.bodies(lease));
            lease.commit();
            rig.run();
            lease = consumer.tryLease(Integer.MAX_VALUE, ChannelRig.BYTES);
        }
        return bodies;
    }

    @Test
    void shouldGiveEachCursorEveryEventAndCountOnlyWhatTheSinksTake() throws IOException {
        try (ChannelRig rig = new ChannelRig(SETTINGS)) {
            ChannelConsumer audit = rig.channel.consumer("k2", "audit");
            assertThat(audit.ordinal()).isZero();
            assertThat(audit.streamId()).isNotEqualTo(rig.consumer.streamId());
            rig.put("a", "b");
            rig.put("c");
            assertThat(drain(rig, audit)).containsExactly("a", "b", "c");
            assertThat(rig.channel.size()).as("the sinks have taken nothing").isEqualTo(3);
            assertThat(rig.channel.ledger().delivered()).isZero();
            assertThat(rig.metric("CursorDeliveredCount.audit")).isEqualTo(3);
            assertThat(rig.metric("CursorBacklogFrames.audit")).isZero();
            assertThat(rig.drain()).containsExactly("a", "b", "c");
            rig.put("d");
            assertThat(rig.drain()).containsExactly("d");
            assertThat(rig.channel.size()).as("what the cursor has yet to take").isZero();
            assertThat(rig.channel.ledger().balances()).isTrue();
            assertThat(rig.metric("CursorBacklogFrames.audit")).isEqualTo(1);
            assertThat(drain(rig, audit)).containsExactly("d");
        }
    }

    @Test
    void shouldTellAWaitingSinkOfACursor() throws IOException {
        try (ChannelRig rig = new ChannelRig(SETTINGS)) {
            ChannelConsumer audit = rig.channel.consumer("k2", "audit");
            AtomicInteger told = new AtomicInteger();
            audit.setListener(told::incrementAndGet);
            assertThat(audit.tryLease(10, ChannelRig.BYTES)).isNull();
            rig.runner.runWoken();
            rig.put("a");
            rig.runner.runWoken();
            assertThat(told.get()).isPositive();
            Lease lease = audit.tryLease(10, ChannelRig.BYTES);
            assertThat(Fixtures.bodies(lease)).containsExactly("a");
            lease.commit();
        }
    }

    @Test
    void shouldKeepOrderOverARollbackOnACursor() throws IOException {
        try (ChannelRig rig = new ChannelRig(SETTINGS)) {
            ChannelConsumer audit = rig.channel.consumer("k2", "audit");
            for (int i = 0; i < 9; i++) {
                rig.put("e" + i);
            }
            rig.run();
            Lease first = audit.tryLease(3, ChannelRig.BYTES);
            Lease second = audit.tryLease(3, ChannelRig.BYTES);
            first.rollback();
            assertThatThrownBy(second::commit).hasMessageContaining("rolled back with an earlier one");
            assertThat(drain(rig, audit)).containsExactly("e0", "e1", "e2", "e3", "e4", "e5", "e6", "e7", "e8");
            assertThat(rig.metric("CursorRedeliveredCount.audit")).isEqualTo(6);
            assertThat(rig.metric("EventRedeliveredCount")).isZero();
        }
    }

    @Test
    void shouldGoOnWhereACheckpointHoldsACursorAfterAKill() throws IOException {
        ChannelRig rig = new ChannelRig(SETTINGS);
        ChannelConsumer audit = rig.channel.consumer("k2", "audit");
        for (int i = 0; i < 100; i++) {
            rig.put("event " + i);
        }
        rig.run();
        assertThat(rig.drain()).hasSize(100);
        Lease lease = audit.tryLease(30, ChannelRig.BYTES);
        assertThat(lease.events()).isEqualTo(30);
        lease.commit("token".getBytes(StandardCharsets.UTF_8));
        rig.pass(200);
        Lease open = audit.tryLease(10, ChannelRig.BYTES);
        try (ChannelRig again = rig.killAndReopen()) {
            open.rollback();
            assertThat(again.drain()).as("the sinks have all").isEmpty();
            ChannelConsumer later = again.channel.consumer("k2", "audit");
            assertThat(later.recoveredToken()).asString().isEqualTo("token");
            assertThat(again.consumer.recoveredToken()).isNull();
            assertThat(later.lowWater()).isEqualTo(30);
            assertThat(drain(again, later)).hasSize(70).startsWith("event 30").endsWith("event 99");
            again.put("one more");
            assertThat(drain(again, later)).containsExactly("one more");
            again.run();
            assertThat(later.lowWater()).isEqualTo(again.channel.acknowledged());
        }
    }

    @Test
    void shouldNotRewindACursorWhenItIsConfiguredOtherwise() throws IOException {
        ChannelRig rig = new ChannelRig(SETTINGS);
        rig.put("a");
        assertThat(drain(rig, rig.channel.consumer("k2", "audit"))).containsExactly("a");
        rig.put("b");
        rig.drain();
        rig.channel.stop(0);
        rig.close();
        try (ChannelRig again = new ChannelRig(with(FILE, "audit", "1", "new", "latest"), rig.storage, rig.clock)) {
            assertThat(again.channel.cursorNotes())
                    .anyMatch(note -> note.contains("start = 1 changes nothing"))
                    .anyMatch(note -> note.contains("cursor new: made at sequence 3"));
            again.put("c");
            assertThat(drain(again, again.channel.consumer("k2", "audit"))).containsExactly("b", "c");
            assertThat(drain(again, again.channel.consumer("k3", "new"))).containsExactly("c");
        }
    }

    @Test
    void shouldNameTheCursorsWhereASinkAsksForAnother() throws IOException {
        try (ChannelRig rig = new ChannelRig(SETTINGS)) {
            assertThatThrownBy(() -> rig.channel.consumer("k2", "audti"))
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessage("cursor: audti (expected: one of channel c1: sinks, audit)");
            assertThat(rig.channel.consumer("k1", "sinks")).isSameAs(rig.consumer);
        }
        assertThatThrownBy(() -> with(ChannelSettings.dual("c1", 10, 10, ChannelRig.FOLDER), "audit", "oldest"))
                .hasMessageContaining("cursors: [audit] (expected: none; only a file channel");
    }

    @Test
    void shouldDropACursorThatNoSinkIsOnForItsExpiry() throws IOException {
        ChannelRig rig = new ChannelRig(with(FILE, "audit", "oldest", "used", "oldest"));
        ChannelConsumer used = rig.channel.consumer("k2", "used");
        rig.put("a");
        rig.drain();
        rig.pass(6 * DAY);
        // A kill in between changes nothing, nor does a clock that goes back for a while.
        rig = rig.killAndReopen();
        used = rig.channel.consumer("k2", "used");
        rig.clock.set(-300 * DAY);
        rig.pass(Duration.ofMinutes(11).toMillis());
        rig.pass(6 * DAY);
        assertThat(rig.metrics.values()).as("its time began anew").containsKey("CursorBacklogFrames.audit");
        rig.pass(2 * DAY);
        try (ChannelRig last = rig) {
            assertThat(last.metrics.values()).doesNotContainKey("CursorBacklogFrames.audit");
            assertThat(last.metric("CursorExpiredCount")).isEqualTo(1);
            assertThatThrownBy(() -> last.channel.consumer("k3", "audit")).hasMessageContaining("sinks, used");
            assertThat(drain(last, used)).containsExactly("a");
            last.pass(200);
        }
        try (ChannelRig again = new ChannelRig(with(FILE, "used", "oldest"), rig.storage, rig.clock)) {
            assertThat(again.channel.cursorNotes()).singleElement().asString().startsWith("cursor used: at sequence");
        }
    }

    @Test
    void shouldForgetInputsUnseenForTheirExpiryAndKeepCheckpointsSmall() throws IOException {
        ChannelRig rig = new ChannelRig(FILE);
        for (int i = 0; i < SENDERS; i++) {
            // As links are named: by 128 bits.
            String stream = String.format(Locale.ROOT, "link:%016x%016x", i * 0x9E3779B97F4A7C15L, ~i);
            SourceInput input = rig.processor.openInput(new InputKey(InputKey.Kind.WINDOW, stream));
            rig.input = input;
            rig.put(2, "x");
            input.close();
            if (i % 500 == 0) {
                rig.drain();
            }
        }
        rig.drain();
        rig.pass(200);
        assertThat(checkpointBytes(rig.storage))
                .as("a checkpoint with all senders, each with a gap in what came")
                .isBetween(SENDERS * 16, SENDERS * 80);
        rig.open(InputKey.Kind.ORDERED, "file:open");
        rig.put(5, "x");
        rig.drain();
        rig.pass(200);
        rig.pass(20 * DAY);
        rig = rig.stopAndReopen();
        rig.open(InputKey.Kind.ORDERED, "file:open");
        assertThat(rig.metric("InputExpiredCount")).isZero();
        rig.clock.set(-500 * DAY);
        rig.pass(Duration.ofMinutes(11).toMillis());
        assertThat(rig.metric("InputExpiredCount")).as("the clock went back").isZero();
        rig.pass(29 * DAY);
        assertThat(rig.metric("InputExpiredCount"))
                .as("and the time begins anew")
                .isZero();
        rig.pass(DAY);
        rig.pass(200);
        try (ChannelRig last = rig) {
            assertThat(last.metric("InputExpiredCount")).isEqualTo(SENDERS);
            assertThat(last.input.startPosition()).isEqualTo(5);
        }
        assertThat(checkpointBytes(rig.storage)).isLessThan(1_000);
    }

    /** What was noted by a wrong clock looks old to the right one. */
    @Test
    void shouldForgetNothingTooEarlyWhenAClockThatWentBackIsSetRightAgain() throws IOException {
        try (ChannelRig rig = new ChannelRig(with(FILE, "audit", "oldest"))) {
            SourceInput gone = rig.open(InputKey.Kind.ORDERED, "file:gone");
            rig.put(5, "a");
            gone.close();
            rig.drain();
            rig.pass(HOUR);
            rig.clock.set(-300 * DAY);
            rig.pass(HOUR);
            rig.clock.set(300 * DAY);
            rig.pass(HOUR);
            assertThat(rig.metric("InputExpiredCount")).isZero();
            assertThat(rig.metric("CursorExpiredCount")).isZero();
            rig.pass(6 * DAY + 20 * HOUR);
            assertThat(rig.metric("CursorExpiredCount")).isZero();
            rig.pass(5 * HOUR);
            assertThat(rig.metric("CursorExpiredCount")).isEqualTo(1);
            rig.pass(22 * DAY + 20 * HOUR);
            assertThat(rig.metric("InputExpiredCount")).isZero();
            rig.pass(5 * HOUR);
            assertThat(rig.metric("InputExpiredCount")).isEqualTo(1);
            assertThat(rig.failures).isEmpty();
        }
    }

    /** Of the newer slot, as its header says. */
    private static int checkpointBytes(Storage storage) throws IOException {
        long newest = -1;
        int bytes = 0;
        for (String name : List.of("checkpoint-a", "checkpoint-b")) {
            ByteBuffer slot = ByteBuffer.wrap(content(storage, name)).order(ByteOrder.LITTLE_ENDIAN);
            if (slot.getLong(16) > newest) {
                newest = slot.getLong(16);
                bytes = slot.getInt(12);
            }
        }
        return bytes;
    }

    @Test
    void shouldFailACursorAloneWhenItsPartOfTheLogIsDamaged() throws IOException {
        try (ChannelRig rig = new ChannelRig(SETTINGS)) {
            rig.put("needle in the log");
            assertThat(rig.drain()).containsExactly("needle in the log");
            damage(rig.storage, "needle");
            ChannelConsumer audit = rig.channel.consumer("k2", "audit");
            assertThat(audit.tryLease(10, ChannelRig.BYTES)).isNull();
            rig.run();
            assertThatThrownBy(() -> audit.tryLease(10, ChannelRig.BYTES))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("cursor audit")
                    .hasMessageContaining("damaged at");
            assertThat(rig.metric("CursorFailed.audit")).isEqualTo(1);
            assertThat(rig.failures).isEmpty();
            rig.put("more");
            assertThat(rig.drain()).containsExactly("more");
        }
    }

    private static void damage(Storage storage, String text) throws IOException {
        byte[] sought = text.getBytes(StandardCharsets.UTF_8);
        for (String name : storage.list(ChannelRig.FOLDER)) {
            byte[] content = content(storage, name);
            for (int at = 0; at + sought.length <= content.length; at++) {
                if (Arrays.equals(content, at, at + sought.length, sought, 0, sought.length)) {
                    try (StorageFile file = storage.open(ChannelRig.FOLDER.resolve(name), Storage.OpenMode.WRITE)) {
                        file.write(ByteBuffer.wrap(new byte[] {'N'}), at);
                    }
                    return;
                }
            }
        }
        throw new AssertionError(text + " is in no file");
    }

    private static byte[] content(Storage storage, String name) throws IOException {
        try (StorageFile file = storage.open(ChannelRig.FOLDER.resolve(name), Storage.OpenMode.READ)) {
            ByteBuffer content = ByteBuffer.allocate((int) file.size());
            while (content.hasRemaining() && file.read(content, content.position()) > 0) {
                // Reads may be short.
            }
            return content.array();
        }
    }
}
