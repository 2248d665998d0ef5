package io.headrace.engine.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.headrace.frame.Frame;
import io.headrace.frame.Producer;
import io.headrace.wal.FileStorage;
import io.headrace.wal.InputKey;
import io.headrace.wal.SequenceWindow;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One test for each rule of the design that the channel must keep; each fails without it. */
class ChannelRulesTest {
    private static final ChannelSettings FILE = ChannelSettings.file("c1", 1_000_000, ChannelRig.FOLDER)
            .withSegments(4 * 1024 * 1024, 1024 * 1024)
            .withByteCapacity(1L << 50);
    private static final ChannelSettings DUAL =
            ChannelSettings.dual("c1", 100, 100_000, ChannelRig.FOLDER).withSegments(4 * 1024 * 1024, 1024 * 1024);

    @Test
    void shouldSurviveInterruptedCallers_R1(@TempDir Path folder) throws IOException {
        ChannelSettings settings = ChannelSettings.file("c1", 1_000, folder).withSegments(4 * 1024 * 1024, 1024 * 1024);
        try {
            Thread.currentThread().interrupt();
            ManagedChannel channel =
                    ChannelFactory.open(settings, Fixtures.environment("c1", new FileStorage(), Fixtures.threads()));
            channel.start();
            ChannelProcessorImpl processor = Fixtures.processor(channel);
            SourceInput input = processor.anonymousInput();
            PutTicket ticket = processor.newTicket();
            Frame frame = Fixtures.frame(new Producer(1), "a");
            ChannelConsumer consumer = channel.consumer("k1");
            for (int i = 0; i < 20; i++) {
                assertThat(processor.tryPut(input, 0, frame, true, ticket)).isEqualTo(PutStatus.ACCEPTED);
                while (!ticket.isAcknowledged()) {
                    assertThat(channel.failure()).isNull();
                    Thread.yield();
                }
                consumer.tryLease(10, 1 << 20).commit();
            }
            channel.stop(1_000);
            assertThat(channel.failure()).isNull();
            assertThat(Thread.currentThread().isInterrupted()).isTrue();
            ManagedChannel again =
                    ChannelFactory.open(settings, Fixtures.environment("c1", new FileStorage(), Fixtures.threads()));
            assertThat(again.recovery().cleanStop()).isTrue();
            again.close();
            frame.release();
        } finally {
            Thread.interrupted();
        }
    }

    /** Its last checkpoint and its files are written and closed as those of one that ran. */
    @Test
    void shouldSurviveAnInterruptedCallerThatStopsWhatNeverStarted_R1(@TempDir Path folder) throws IOException {
        ChannelSettings settings = ChannelSettings.file("c1", 1_000, folder).withSegments(4 * 1024 * 1024, 1024 * 1024);
        try {
            Thread.currentThread().interrupt();
            ManagedChannel channel =
                    ChannelFactory.open(settings, Fixtures.environment("c1", new FileStorage(), Fixtures.threads()));
            channel.stop(1_000);
            assertThat(channel.failure()).isNull();
            ManagedChannel again =
                    ChannelFactory.open(settings, Fixtures.environment("c1", new FileStorage(), Fixtures.threads()));
            assertThat(again.recovery().cleanStop()).isTrue();
            again.close();
        } finally {
            Thread.interrupted();
        }
    }

    @Test
    void shouldRefuseAtOnceWhenTheRingIsFull_R2() throws IOException {
        ChannelSettings settings = ChannelSettings.memory("c1", 10_000_000).withByteCapacity(1L << 50);
        // Closed only when it holds: closing would wait for a producer that waits for a slot.
        ChannelRig rig = new ChannelRig(settings);
        Frame frame = Fixtures.smallFrame(rig.producer, "a");
        assertTimeoutPreemptively(Duration.ofSeconds(20), () -> {
            for (int i = 0; i < ChannelSettings.MAX_SLOTS; i++) {
                assertThat(rig.processor.tryPut(rig.input, 0, frame, true, rig.ticket) == PutStatus.ACCEPTED)
                        .isTrue();
            }
            assertThat(rig.processor.tryPut(rig.input, 0, frame, true, rig.ticket))
                    .isEqualTo(PutStatus.FULL);
        });
        assertThat(rig.ticket.fullReason()).isEqualTo(FullReason.SLOTS);
        rig.run();
        rig.lease().commit();
        assertThat(rig.processor.tryPut(rig.input, 0, frame, true, rig.ticket)).isEqualTo(PutStatus.ACCEPTED);
        rig.frames.add(frame);
        rig.close();
    }

    @Test
    void shouldNeverLeaseBeforeDurable_R3() throws IOException {
        try (ChannelRig rig = new ChannelRig(FILE)) {
            rig.put("a");
            assertThat(rig.lease()).isNull();
            rig.storage.dieAt(1);
            rig.runner.run(ChannelRig.JOURNAL);
            assertThat(rig.channel.failure()).isNotNull();
            assertThat(rig.ticket.isAcknowledged()).isFalse();
            assertThat(rig.lease()).isNull();
        }
    }

    @Test
    void shouldNeverUseASequenceTwice_R4() throws IOException {
        ChannelRig rig = new ChannelRig(DUAL);
        long highest = 0;
        for (int i = 0; i < 20; i++) {
            rig.put("event " + i);
        }
        rig.run();
        highest = rig.channel.acknowledged();
        for (int life = 0; life < 3; life++) {
            rig = rig.killAndReopen();
            rig.put("more");
            rig.run();
            Lease lease = rig.lease();
            assertThat(lease.sequence(0)).isGreaterThan(highest);
            highest = lease.sequence(lease.size() - 1);
            lease.rollback();
        }
        rig.close();
    }

    @Test
    void shouldWaitForTheCeilingToBeRaised_R4() throws IOException {
        try (ChannelRig rig = new ChannelRig(FILE)) {
            Frame frame = Fixtures.smallFrame(rig.producer, "a");
            rig.frames.add(frame);
            PutStatus status = PutStatus.ACCEPTED;
            int puts = 0;
            while (status == PutStatus.ACCEPTED) {
                status = rig.processor.tryPut(rig.input, 0, frame, true, rig.ticket);
                puts++;
            }
            assertThat(rig.ticket.fullReason()).isEqualTo(FullReason.SEQUENCES);
            assertThat(puts - 1).isEqualTo(65_536);
            rig.run();
            assertThat(rig.channel.failure()).isNull();
            assertThat(rig.processor.tryPut(rig.input, 0, frame, true, rig.ticket))
                    .isEqualTo(PutStatus.ACCEPTED);
        }
    }

    @Test
    void shouldCoverTheGapBeforeASpillRun_R5() throws IOException {
        ChannelRig rig = new ChannelRig(DUAL);
        rig.open(InputKey.Kind.ORDERED, "file:1");
        rig.put(1, "committed in memory");
        assertThat(rig.drain()).hasSize(1);
        // From here no time passes: no checkpoint falls due by itself.
        for (int i = 2; i <= 90; i++) {
            rig.put(i, "event " + i);
        }
        rig.run();
        assertThat(rig.metric("Spilling")).isEqualTo(1);
        try (ChannelRig again = rig.killAndReopen()) {
            assertThat(again.channel.recovery().unknownInputFrames()).isZero();
            assertThat(again.open(InputKey.Kind.ORDERED, "file:1").isKnown()).isTrue();
            assertThat(again.input.startPosition()).isEqualTo(90);
            assertThat(again.drain()).hasSize(89).startsWith("event 2");
            assertThat(again.channel.ledger().balances()).isTrue();
            assertThat(again.channel.ledger().accepted()).isEqualTo(90);
        }
    }

    @Test
    void shouldLeaseNothingFarAboveTheLowWaterMark_R6() throws IOException {
        ChannelSettings settings = ChannelSettings.memory("c1", 10_000_000).withByteCapacity(1L << 50);
        try (ChannelRig rig = new ChannelRig(settings)) {
            Frame frame = Fixtures.smallFrame(rig.producer, "a");
            rig.frames.add(frame);
            for (int i = 0; i < SequenceWindow.SIZE + 1_000; i++) {
                rig.processor.tryPut(rig.input, 0, frame, true, rig.ticket);
            }
            rig.run();
            List<Lease> open = new ArrayList<>();
            long frames = 0;
            for (Lease lease = rig.consumer.tryLease(64, ChannelRig.BYTES);
                    lease != null;
                    lease = rig.consumer.tryLease(64, ChannelRig.BYTES)) {
                open.add(lease);
                frames += lease.size();
            }
            assertThat(frames).isEqualTo(SequenceWindow.SIZE);
            open.get(0).commit();
            rig.run();
            Lease more = rig.consumer.tryLease(1_000, ChannelRig.BYTES);
            assertThat(more.size()).isEqualTo(64);
            more.commit();
            open.subList(1, open.size()).forEach(Lease::commit);
            rig.run();
            assertThat(rig.drain()).hasSize(1_000 - 64);
        }
    }

    /** A receiver refuses what lies further above the floor that it was told than its bitmap reaches. */
    @Test
    void shouldLeaseNothingFarAboveTheFloorThatASinkTells_R6() throws IOException {
        try (ChannelRig rig = new ChannelRig(FILE)) {
            ChannelConsumer other = rig.channel.consumer("k2");
            Frame frame = Fixtures.smallFrame(rig.producer, "a");
            rig.frames.add(frame);
            List<Lease> open = new ArrayList<>();
            Lease first = null;
            for (int i = 1; i <= SequenceWindow.SIZE + 20; i++) {
                assertThat(rig.processor.tryPut(rig.input, 0, frame, true, rig.ticket))
                        .isEqualTo(PutStatus.ACCEPTED);
                if (i % 1_000 == 0) {
                    rig.run();
                    first = first == null ? rig.consumer.tryLease(10, ChannelRig.BYTES) : first;
                    leaseAll(other, open);
                }
            }
            rig.run();
            leaseAll(other, open);
            assertThat(highest(open)).isEqualTo(SequenceWindow.SIZE);
            AtomicInteger told = new AtomicInteger();
            other.setListener(told::incrementAndGet);
            first.commit(new byte[] {1});
            rig.run();
            assertThat(rig.channel.lowWater()).isEqualTo(10);
            assertThat(other.lowWater()).as("what a checkpoint holds").isZero();
            leaseAll(other, open);
            assertThat(highest(open)).as("leased in order").isEqualTo(SequenceWindow.SIZE);
            Lease second = rig.consumer.tryLease(5, ChannelRig.BYTES);
            assertThat(second.size()).as("the sink with the token tells nobody").isEqualTo(5);
            second.rollback();
            leaseAll(other, open);
            assertThat(highest(open)).as("rolled back by another").isEqualTo(SequenceWindow.SIZE);
            told.set(0);
            rig.pass(200);
            assertThat(other.lowWater()).isEqualTo(10);
            assertThat(told.get()).as("told of the checkpoint").isEqualTo(1);
            leaseAll(other, open);
            assertThat(highest(open)).isEqualTo(SequenceWindow.SIZE + 10);
            open.forEach(Lease::commit);
            rig.run();
            assertThat(rig.drain()).hasSize(10);
        }
    }

    private static void leaseAll(ChannelConsumer consumer, List<Lease> open) {
        Lease lease = consumer.tryLease(1_000, ChannelRig.BYTES);
        while (lease != null) {
            open.add(lease);
            lease = consumer.tryLease(1_000, ChannelRig.BYTES);
        }
    }

    private static long highest(List<Lease> open) {
        Lease last = open.get(open.size() - 1);
        return last.sequence(last.size() - 1);
    }

    @Test
    void shouldNeverGiveAnInputNumberAgain_R7() throws IOException {
        ChannelRig rig = new ChannelRig(FILE);
        rig.open(InputKey.Kind.ORDERED, "file:1");
        rig.put(5, "a");
        rig.run();
        rig = rig.killAndReopen();
        assertThat(rig.channel.recovery().unknownInputFrames()).isZero();
        rig.open(InputKey.Kind.ORDERED, "file:2");
        assertThat(rig.input.isKnown()).isFalse();
        rig.put(9, "b");
        rig.run();
        rig = rig.killAndReopen();
        assertThat(rig.channel.recovery().unknownInputFrames()).isZero();
        assertThat(rig.open(InputKey.Kind.ORDERED, "file:1").startPosition()).isEqualTo(5);
        assertThat(rig.open(InputKey.Kind.ORDERED, "file:2").startPosition()).isEqualTo(9);
        rig.close();
    }

    @Test
    void shouldNotRecordWhatIsMerelyInMemory_R9() throws IOException {
        ChannelRig rig = new ChannelRig(DUAL);
        rig.open(InputKey.Kind.ORDERED, "file:1");
        for (int i = 1; i <= 5; i++) {
            rig.put(i, "event " + i);
        }
        rig.run();
        rig.consumer.tryLease(3, ChannelRig.BYTES).commit();
        rig.run();
        assertThat(rig.input.acknowledgedPosition()).isEqualTo(5);
        assertThat(rig.input.safePosition()).isEqualTo(3);
        rig.pass(200);
        try (ChannelRig again = rig.killAndReopen()) {
            assertThat(again.open(InputKey.Kind.ORDERED, "file:1").startPosition())
                    .isEqualTo(3);
        }
    }

    @Test
    void shouldKeepThePositionsOfWhatACheckpointHoldsAsCommitted_R9() throws IOException {
        boolean died = true;
        for (int call = 1; died; call++) {
            ChannelRig rig = new ChannelRig(DUAL);
            rig.open(InputKey.Kind.ORDERED, "file:1");
            for (int i = 1; i <= 60; i++) {
                rig.put(i, "event " + i);
            }
            rig.run();
            rig.consumer.tryLease(30, ChannelRig.BYTES).commit();
            for (int i = 61; i <= 120; i++) {
                rig.put(i, "event " + i);
            }
            // The round that hears of the commit begins a spill run with a checkpoint.
            rig.storage.dieAt(call);
            rig.runner.run(ChannelRig.JOURNAL);
            died = rig.storage.isDead();
            try (ChannelRig again = rig.killAndReopen()) {
                again.open(InputKey.Kind.ORDERED, "file:1");
                assertThat(again.input.startPosition())
                        .as("killed in call %d", call)
                        .isGreaterThanOrEqualTo(again.channel.ledger().delivered());
            }
        }
    }

    /** After a crash the frame may go to the other sink, whose receiver would take it for a duplicate. */
    @Test
    void shouldNotCallDoneWhatASinkWithATokenWouldTakeBack_R9() throws IOException {
        try (ChannelRig rig = new ChannelRig(FILE)) {
            ChannelConsumer other = rig.channel.consumer("k2");
            rig.put("a");
            rig.put("b");
            rig.run();
            rig.consumer.tryLease(1, ChannelRig.BYTES).commit(new byte[] {1});
            rig.runner.run(ChannelRig.JOURNAL);
            assertThat(rig.channel.lowWater()).isEqualTo(1);
            assertThat(other.lowWater()).isZero();
            rig.pass(200);
            assertThat(other.lowWater()).isEqualTo(1);
            other.tryLease(1, ChannelRig.BYTES).commit();
            rig.runner.run(ChannelRig.JOURNAL);
            assertThat(rig.consumer.lowWater()).as("the other has no token").isEqualTo(2);
        }
    }

    /** The sink cuts its output to the older token after a kill: then nobody has what the log left out as committed. */
    @Test
    void shouldNotLeaveOutOfTheLogWhatOnlyANewerTokenCovers_R5() throws IOException {
        ChannelRig rig = new ChannelRig(DUAL);
        rig.open(InputKey.Kind.ORDERED, "file:1");
        for (int i = 1; i <= 70; i++) {
            rig.put(i, "event " + i + " ".repeat(30_000));
        }
        rig.run();
        Lease first = rig.consumer.tryLease(60, ChannelRig.BYTES);
        for (int i = 71; i <= 80; i++) {
            rig.put(i, "event " + i);
        }
        // A spill run begins: its first group takes not all that memory holds.
        rig.runner.run(ChannelRig.JOURNAL);
        assertThat(rig.metric("Spilling")).isEqualTo(1);
        first.commit(new byte[] {7});
        for (int i = 0; i < 3; i++) {
            rig.runner.run(ChannelRig.JOURNAL);
        }
        long safe = rig.input.safePosition();
        assertThat(safe).isGreaterThanOrEqualTo(70);
        try (ChannelRig again = rig.killAndReopen()) {
            boolean committed = again.consumer.recoveredToken() != null;
            assertThat(again.drain().stream().map(String::strip).filter("event 60"::equals))
                    .hasSize(committed ? 0 : 1);
            assertThat(again.channel.ledger().balances()).isTrue();
        }
    }

    @Test
    void shouldNeverDropWhatItHasNotSeen_R14() throws IOException {
        ChannelSettings small = ChannelSettings.memory("c1", 2);
        try (ChannelRig rig = new ChannelRig(small)) {
            rig.open(InputKey.Kind.WINDOW, "link:1");
            assertThat(rig.put(5, "five")).isEqualTo(PutStatus.ACCEPTED);
            assertThat(rig.put(3, "three")).isEqualTo(PutStatus.ACCEPTED);
            assertThat(rig.put(4, "four")).isEqualTo(PutStatus.FULL);
            assertThat(rig.drain()).containsExactly("five", "three");
            assertThat(rig.put(4, "four")).as("refused before, not seen").isEqualTo(PutStatus.ACCEPTED);
            assertThat(rig.put(5, "five")).isEqualTo(PutStatus.DUPLICATE);
            assertThat(rig.put(65_537, "above")).isEqualTo(PutStatus.ABOVE_WINDOW);
            rig.input.advanceFloor(2);
            assertThat(rig.put(2, "two")).isEqualTo(PutStatus.DUPLICATE);
            assertThat(rig.put(65_537, "inside")).isEqualTo(PutStatus.ACCEPTED);
            assertThat(rig.drain()).containsExactly("four", "inside");
        }
    }

    @Test
    void shouldAcknowledgeADuplicateWithItsFirstCopy_R15() throws IOException {
        try (ChannelRig rig = new ChannelRig(FILE)) {
            rig.open(InputKey.Kind.WINDOW, "link:1");
            assertThat(rig.put(1, "a")).isEqualTo(PutStatus.ACCEPTED);
            assertThat(rig.put(2, "b")).isEqualTo(PutStatus.ACCEPTED);
            assertThat(rig.put(1, "a")).isEqualTo(PutStatus.DUPLICATE);
            assertThat(rig.ticket.isAcknowledged()).isFalse();
            rig.run();
            assertThat(rig.ticket.isAcknowledged()).isTrue();
            assertThat(rig.put(1, "a")).isEqualTo(PutStatus.DUPLICATE);
            assertThat(rig.ticket.isAcknowledged()).isTrue();
            assertThat(rig.drain()).containsExactly("a", "b");
        }
    }

    @Test
    void shouldKnowAfterAFenceWhatTheOldConnectionPublished_R16() throws IOException {
        try (ChannelRig rig = new ChannelRig(FILE)) {
            SourceInput old = rig.open(InputKey.Kind.WINDOW, "link:1");
            assertThat(rig.put(1, "a")).isEqualTo(PutStatus.ACCEPTED);
            SourceInput fenced = rig.open(InputKey.Kind.WINDOW, "link:1");
            old.close();
            assertThat(fenced.startPosition()).as("published, not kept").isZero();
            assertThat(rig.put(1, "a")).isEqualTo(PutStatus.DUPLICATE);
            assertThat(rig.ticket.isAcknowledged()).isFalse();
            assertThat(rig.put(2, "b")).isEqualTo(PutStatus.ACCEPTED);
            rig.run();
            assertThat(rig.ticket.isAcknowledged()).isTrue();
            assertThat(rig.drain()).containsExactly("a", "b");
        }
    }

    /** A source that follows files of changing names would grow a channel without a log, too. */
    @Test
    void shouldForgetInputsWithoutALog_R7() throws IOException {
        try (ChannelRig rig = new ChannelRig(ChannelSettings.memory("c1", 100))) {
            SourceInput gone = rig.open(InputKey.Kind.ORDERED, "file:1");
            rig.put(5, "a");
            assertThat(rig.drain()).hasSize(1);
            gone.close();
            rig.pass(Duration.ofDays(31).toMillis());
            assertThat(rig.open(InputKey.Kind.ORDERED, "file:1").isKnown()).isFalse();
        }
    }

    @Test
    void shouldForgetInputsThatAreLongUnseen_R7() throws IOException {
        try (ChannelRig rig = new ChannelRig(FILE)) {
            SourceInput gone = rig.open(InputKey.Kind.ORDERED, "file:1");
            rig.put(5, "a");
            SourceInput open = rig.open(InputKey.Kind.ORDERED, "file:2");
            rig.put(6, "b");
            SourceInput held = rig.open(InputKey.Kind.ORDERED, "file:3");
            rig.run();
            rig.consumer.tryLease(2, ChannelRig.BYTES).commit();
            rig.put(7, "c");
            gone.close();
            held.close();
            rig.run();
            rig.pass(Duration.ofDays(31).toMillis());
            rig.open(InputKey.Kind.ORDERED, "file:4");
            rig.put(8, "d");
            rig.pass(200);
            rig.pass(200);
            assertThat(rig.open(InputKey.Kind.ORDERED, "file:1").isKnown()).isFalse();
            assertThat(rig.open(InputKey.Kind.ORDERED, "file:2").startPosition())
                    .isEqualTo(6);
            assertThat(rig.open(InputKey.Kind.ORDERED, "file:3").startPosition())
                    .isEqualTo(7);
            open.close();
        }
    }

    @Test
    void shouldKeepAnInputWhoseFramesWaitSinceAnEarlierLife_R7() throws IOException {
        ChannelRig before = new ChannelRig(FILE);
        before.open(InputKey.Kind.ORDERED, "file:1");
        before.put(5, "a");
        before.run();
        before.pass(200);
        ChannelRig rig = before.killAndReopen();
        rig.run();
        for (int day = 0; day < 40; day++) {
            rig.pass(Duration.ofDays(1).toMillis());
        }
        SourceInput waiting = rig.open(InputKey.Kind.ORDERED, "file:1");
        assertThat(waiting.isKnown()).isTrue();
        assertThat(waiting.startPosition()).isEqualTo(5);
        waiting.close();
        assertThat(rig.drain()).containsExactly("a");
        for (int day = 0; day < 40; day++) {
            rig.pass(Duration.ofDays(1).toMillis());
        }
        assertThat(rig.open(InputKey.Kind.ORDERED, "file:1").isKnown()).isFalse();
        rig.close();
    }

    /** Or each frame of a link would cost memory for good. */
    @Test
    void shouldForgetTheSequencesOfFramesThatAreSafe_R15() {
        ChannelInput input = new ChannelInput(new InputKey(InputKey.Kind.WINDOW, "link:1"), 1);
        for (long position = 1; position <= 100; position++) {
            input.passed(position);
            input.put(position, position - 1, 1_000 + position);
        }
        input.prune(1_060);
        assertThat(input.sequenceOf(60)).isZero();
        assertThat(input.sequenceOf(1)).isZero();
        assertThat(input.sequenceOf(61)).isEqualTo(1_061);
        assertThat(input.has(60)).isTrue();
    }

    @Test
    void shouldCallACommitWithATokenSafeOnlyWhenACheckpointHoldsIt_R8() throws IOException {
        ChannelRig rig = new ChannelRig(DUAL);
        rig.open(InputKey.Kind.WINDOW, "link:1");
        rig.put(1, "a");
        rig.run();
        long version = rig.lease().commit(new byte[] {1});
        rig.run();
        assertThat(rig.ticket.isSafe()).isFalse();
        assertThat(rig.consumer.checkpointedTokenVersion()).isLessThan(version);
        rig.pass(200);
        assertThat(rig.ticket.isSafe()).isTrue();
        assertThat(rig.consumer.checkpointedTokenVersion()).isEqualTo(version);
        try (ChannelRig again = rig.killAndReopen()) {
            assertThat(again.consumer.recoveredToken()).containsExactly(1);
            assertThat(again.open(InputKey.Kind.WINDOW, "link:1").startPosition())
                    .isEqualTo(1);
        }
    }
}
