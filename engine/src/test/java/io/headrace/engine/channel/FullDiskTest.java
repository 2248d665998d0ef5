package io.headrace.engine.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.wal.SimulatedDisk;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A disk that somebody else fills, and that has room again. */
class FullDiskTest {
    private static final String BODY = "x".repeat(20_000);

    private final SimulatedDisk storage = new SimulatedDisk();

    private ChannelRig dual() throws IOException {
        ChannelSettings settings =
                WrittenSettings.dual("memoryCapacity", "100", "maxFileSize", "1", "byteCapacity", "4m");
        return new ChannelRig(settings, storage, new DrivenClock());
    }

    private static void passSeconds(ChannelRig rig, int seconds) {
        for (int i = 0; i < 20 * seconds; i++) {
            rig.pass(50);
        }
    }

    /** Takes all, with the time that checkpoints need; without the filling. */
    private static List<String> drain(ChannelRig rig) {
        List<String> taken = new ArrayList<>(rig.drain());
        for (int i = 0; i < 10 && rig.channel.size() > 0; i++) {
            rig.pass(200);
            taken.addAll(rig.drain());
        }
        return numbersOf(taken);
    }

    private static List<String> numbersOf(List<String> bodies) {
        return bodies.stream().map(body -> body.replace(BODY, "")).toList();
    }

    /** Fills memory and the segments that stand ready, until a put is refused. */
    private static List<String> putUntilFull(ChannelRig rig, int most) {
        List<String> put = new ArrayList<>();
        for (int i = 0; i < most; i++) {
            String body = i + BODY;
            if (rig.put(body) != PutStatus.ACCEPTED) {
                break;
            }
            put.add(body);
            rig.pass(10);
        }
        return put;
    }

    @Test
    void shouldServePutsFromMemoryWhileTheDiskIsFull() throws IOException {
        try (ChannelRig rig = dual()) {
            storage.capacity(0);
            passSeconds(rig, 1);
            List<String> put = putUntilFull(rig, 1_000);
            assertThat(put).hasSizeLessThan(1_000);
            passSeconds(rig, 2);
            assertThat(rig.channel.waitingFor()).contains("bytes are free");
            assertThat(drain(rig)).isEqualTo(numbersOf(put));
            // The disk is as full as before: memory has to do.
            for (int round = 0; round < 20; round++) {
                List<String> more = putUntilFull(rig, 50);
                assertThat(more).as("round %d", round).hasSize(50);
                assertThat(rig.ticket.isAcknowledged()).isTrue();
                assertThat(drain(rig)).as("round %d", round).isEqualTo(numbersOf(more));
            }
            assertThat(rig.metric("Spilling")).isZero();
            assertThat(rig.failures).isEmpty();
        }
    }

    @Test
    void shouldSpillAgainWhenThereIsRoomAgain() throws IOException {
        ChannelRig rig = dual();
        storage.capacity(0);
        passSeconds(rig, 1);
        List<String> put = putUntilFull(rig, 1_000);
        passSeconds(rig, 1);
        storage.capacity(Long.MAX_VALUE);
        passSeconds(rig, 1);
        int before = put.size();
        for (int i = 0; i < 200; i++) {
            String body = "later " + i;
            assertThat(rig.put(body)).isEqualTo(PutStatus.ACCEPTED);
            put.add(body);
            rig.pass(10);
        }
        assertThat(rig.metric("Spilling")).isEqualTo(1);
        assertThat(rig.channel.waitingFor()).isNull();
        passSeconds(rig, 1);
        try (ChannelRig again = rig.killAndReopen()) {
            assertThat(drain(again)).isEqualTo(numbersOf(put)).hasSize(before + 200);
        }
    }

    /** A mapped page for which there is no room would end the process. */
    @ParameterizedTest
    @ValueSource(strings = {"mapped", "positional"})
    void shouldHoldSourcesWhileTheDiskIsFullWhateverTheAppender(String appender) throws IOException {
        ChannelSettings settings = WrittenSettings.file("maxFileSize", "1", "byteCapacity", "1m", "appender", appender);
        ChannelRig rig = new ChannelRig(settings, storage, new DrivenClock());
        storage.capacity(0);
        List<String> put = new ArrayList<>();
        PutStatus last = PutStatus.ACCEPTED;
        for (int i = 0; i < 1_000 && last == PutStatus.ACCEPTED; i++) {
            last = rig.put(i + BODY);
            if (last == PutStatus.ACCEPTED) {
                put.add(i + BODY);
            }
            rig.pass(10);
        }
        assertThat(last).as("back-pressure").isNotEqualTo(PutStatus.ACCEPTED);
        assertThat(rig.channel.waitingFor()).contains("bytes are free");
        passSeconds(rig, 60);
        assertThat(rig.put("not yet")).isNotEqualTo(PutStatus.ACCEPTED);
        assertThat(rig.failures).isEmpty();
        storage.capacity(Long.MAX_VALUE);
        passSeconds(rig, 2);
        assertThat(rig.channel.waitingFor()).isNull();
        try (ChannelRig again = rig.killAndReopen()) {
            assertThat(drain(again)).isEqualTo(numbersOf(put));
            assertThat(again.channel.ledger().balances()).isTrue();
        }
    }

    /** Nobody syncs but the preparer, when a segment is left: only what that makes durable can be released. */
    @ParameterizedTest
    @ValueSource(strings = {"never", "always", "100"})
    void shouldGoOnInReleasedSegmentsWhateverTheSync(String sync) throws IOException {
        ChannelSettings settings = WrittenSettings.file("maxFileSize", "1", "byteCapacity", "4m", "sync", sync);
        try (ChannelRig rig = new ChannelRig(settings, storage, new DrivenClock())) {
            passSeconds(rig, 1);
            storage.capacity(0);
            for (int i = 0; i < 500; i++) {
                assertThat(rig.put(i + BODY)).as("put %d", i).isEqualTo(PutStatus.ACCEPTED);
                rig.pass(10);
                rig.drain();
                passSeconds(rig, rig.ticket.isAcknowledged() ? 0 : 2);
                assertThat(rig.ticket.isAcknowledged())
                        .as("put %d: %s", i, rig.channel.waitingFor())
                        .isTrue();
            }
        }
    }

    /** What it holds is read from its segments; nothing is left in them then, so they are room enough. */
    @Test
    void shouldGoOnInItsOwnSegmentsWhenABacklogWasReadOnAFullDisk() throws IOException {
        ChannelSettings settings = WrittenSettings.file("maxFileSize", "1", "byteCapacity", "4m");
        ChannelRig rig = new ChannelRig(settings, storage, new DrivenClock());
        storage.capacity(0);
        List<String> put = new ArrayList<>();
        do {
            put.add(put.size() + BODY);
            assertThat(rig.put(put.get(put.size() - 1))).isEqualTo(PutStatus.ACCEPTED);
            rig.pass(10);
        } while (rig.ticket.isAcknowledged());
        put.remove(put.size() - 1);
        storage.capacity(Long.MAX_VALUE);
        try (ChannelRig again = rig.killAndReopen()) {
            storage.capacity(0);
            assertThat(drain(again)).isEqualTo(numbersOf(put)).isNotEmpty();
            for (int i = 0; i < 500; i++) {
                assertThat(again.put(i + BODY)).as("put %d", i).isEqualTo(PutStatus.ACCEPTED);
                again.pass(10);
                again.drain();
                passSeconds(again, again.ticket.isAcknowledged() ? 0 : 2);
                assertThat(again.ticket.isAcknowledged())
                        .as("put %d: %s", i, again.channel.waitingFor())
                        .isTrue();
            }
        }
    }

    /** What a file channel could not write was never acknowledged: its source has it. */
    @Test
    void shouldStopInOrderOnAFullDisk() throws IOException {
        ChannelSettings settings = WrittenSettings.file("maxFileSize", "1", "byteCapacity", "4m");
        ChannelRig rig = new ChannelRig(settings, storage, new DrivenClock());
        storage.capacity(0);
        passSeconds(rig, 1);
        int acknowledged = 0;
        for (int i = 0; i < 1_000; i++) {
            assertThat(rig.put(i + BODY)).isEqualTo(PutStatus.ACCEPTED);
            rig.pass(10);
            if (!rig.ticket.isAcknowledged()) {
                break;
            }
            acknowledged++;
        }
        rig.put("one more");
        try (ChannelRig again = rig.stopAndReopen()) {
            assertThat(again.channel.recovery().cleanStop()).isTrue();
            assertThat(again.drain()).hasSize(acknowledged);
            assertThat(again.channel.ledger().balances()).isTrue();
        }
        assertThat(rig.failures).isEmpty();
    }

    /** Acknowledged in memory, as {@code dual} may: somebody must be told how much is gone. */
    @Test
    void shouldSayHowManyEventsADualChannelCannotKeepAtAStop() throws IOException {
        ChannelRig rig = dual();
        storage.capacity(0);
        passSeconds(rig, 1);
        List<String> put = putUntilFull(rig, 1_000);
        assertThat(put).hasSizeGreaterThan(30);
        rig.channel.stop(0);
        rig.close();
        assertThat(rig.channel.failure()).isNotNull();
        storage.capacity(Long.MAX_VALUE);
        try (ChannelRig again = new ChannelRig(rig.channel.settings(), storage, rig.clock)) {
            List<String> kept = drain(again);
            assertThat(kept).isEqualTo(numbersOf(put).subList(0, kept.size())).hasSizeLessThan(put.size());
            assertThat(rig.channel.failure())
                    .hasMessageContaining((put.size() - kept.size()) + " events are in memory only")
                    .hasMessageContaining("bytes are free");
            assertThat(again.channel.ledger().balances()).isTrue();
        }
    }
}
