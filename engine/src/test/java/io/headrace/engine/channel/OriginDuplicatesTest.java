package io.headrace.engine.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.frame.Frame;
import io.headrace.wal.InputKey;
import io.headrace.wal.LogSettings.Appender;
import io.headrace.wal.SyncMode;
import java.io.IOException;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What comes twice over two streams, on one thread; {@link ConcurrentOriginsTest} has several. */
class OriginDuplicatesTest {
    private static final ChannelSettings FILE =
            ChannelSettings.file("c1", 1_000_000, ChannelRig.FOLDER).withSegments(4 * 1024 * 1024, 1024 * 1024);
    private static final long PRODUCER = 0xABCL;
    private static final int WINDOW = 1_000;

    private ChannelRig rig;
    private SourceInput a;
    private SourceInput b;
    private PutTicket ticketOfA;
    private PutTicket ticketOfB;

    enum Kind {
        MEMORY,
        DUAL,
        FILE;

        ChannelSettings settings() {
            return switch (this) {
                case MEMORY -> ChannelSettings.memory("c1", 1_000_000);
                case DUAL ->
                    ChannelSettings.dual("c1", 100_000, 1_000_000, ChannelRig.FOLDER)
                            .withSegments(4 * 1024 * 1024, 1024 * 1024);
                case FILE -> OriginDuplicatesTest.FILE;
            };
        }
    }

    @AfterEach
    void close() {
        if (rig != null) {
            closeInputs();
            rig.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldLeaveOutWhatCameOverAnotherStream(Kind kind) throws IOException {
        open(kind.settings());
        assertThat(put(a, 1, 100, ticketOfA)).isEqualTo(PutStatus.ACCEPTED);
        rig.run();
        assertThat(put(b, 1, 100, ticketOfB)).isEqualTo(PutStatus.DUPLICATE);
        assertThat(put(b, 2, 200, ticketOfB)).isEqualTo(PutStatus.ACCEPTED);
        assertThat(rig.drain()).containsExactly("100", "200");
        assertThat(rig.metric("OriginDuplicateEventCount")).isOne();
        assertThat(rig.metric("DuplicateFrameCount")).isZero();
        assertThat(rig.metric("OriginPairs")).isEqualTo(2);
    }

    @Test
    void shouldTakeTheSameAgainWhereNobodyAsksForOrigins() throws IOException {
        rig = new ChannelRig(FILE);
        openInputs(rig.processor);
        put(a, 1, 100, ticketOfA);
        assertThat(put(b, 1, 100, ticketOfB)).isEqualTo(PutStatus.ACCEPTED);
        assertThat(rig.drain()).containsExactly("100", "100");
    }

    /** Only the pair counts: neither the number alone nor what lies between two numbers. */
    @Test
    void shouldTakeWhatHasAnotherProducerOrNumber() throws IOException {
        open(FILE);
        put(a, 1, 100, ticketOfA);
        put(a, 2, 120, ticketOfA);
        assertThat(put(b, 1, 110, ticketOfB)).isEqualTo(PutStatus.ACCEPTED);
        Frame other = keep(Fixtures.copy(PRODUCER + 1, 100, "other"));
        assertThat(rig.processor.tryPut(b, 2, other, true, ticketOfB)).isEqualTo(PutStatus.ACCEPTED);
        assertThat(rig.drain()).containsExactly("100", "120", "110", "other");
    }

    @Test
    void shouldAcknowledgeADuplicateWhenItsFirstCopyIs_R15() throws IOException {
        open(FILE);
        put(a, 1, 100, ticketOfA);
        put(b, 1, 100, ticketOfB);
        assertThat(ticketOfB.isAcknowledged()).isFalse();
        // Sent once more over its own stream, it is still not acknowledged.
        PutTicket again = rig.processor.newTicket();
        assertThat(put(b, 1, 100, again)).isEqualTo(PutStatus.DUPLICATE);
        assertThat(again.isAcknowledged()).isFalse();
        rig.run();
        assertThat(ticketOfA.isAcknowledged()).isTrue();
        assertThat(ticketOfB.isAcknowledged()).isTrue();
        assertThat(again.isAcknowledged()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "FILE")
    void shouldCallADuplicateSafeWhenItsFirstCopyIs_R15(Kind kind) throws IOException {
        open(kind.settings());
        put(a, 1, 100, ticketOfA);
        rig.run();
        put(b, 1, 100, ticketOfB);
        assertThat(ticketOfB.isAcknowledged()).isTrue();
        assertThat(ticketOfB.isSafe()).isFalse();
        rig.drain();
        assertThat(ticketOfB.isSafe()).isTrue();
    }

    @Test
    void shouldKnowAfterAKillWhatIsInTheLogOnly() throws IOException {
        open(FILE);
        put(a, 1, 100, ticketOfA);
        rig.run();
        // No checkpoint since: the frame itself says where it comes from.
        reopen(rig.killAndReopen());
        assertThat(put(b, 1, 100, ticketOfB)).isEqualTo(PutStatus.DUPLICATE);
        assertThat(ticketOfB.isAcknowledged()).isTrue();
        assertThat(rig.drain()).containsExactly("100");
    }

    @Test
    void shouldKnowAfterAKillWhatACheckpointHolds() throws IOException {
        open(FILE);
        put(a, 1, 100, ticketOfA);
        assertThat(rig.drain()).containsExactly("100");
        rig.pass(1_000);
        reopen(rig.killAndReopen());
        // And again: checkpoints of a life that takes nothing must not forget.
        rig.pass(1_000);
        reopen(rig.killAndReopen());
        assertThat(put(b, 1, 100, ticketOfB)).isEqualTo(PutStatus.DUPLICATE);
        assertThat(rig.drain()).isEmpty();
    }

    @Test
    void shouldKnowAfterAStop() throws IOException {
        open(Kind.DUAL.settings());
        put(a, 1, 100, ticketOfA);
        reopen(rig.stopAndReopen());
        assertThat(put(b, 1, 100, ticketOfB)).isEqualTo(PutStatus.DUPLICATE);
        assertThat(rig.drain()).containsExactly("100");
    }

    /** The first copy is lost with its process, and its sender never comes again. */
    @Test
    void shouldTakeACopyWhoseFirstOneAKillLost_R14() throws IOException {
        open(FILE);
        put(a, 1, 100, ticketOfA);
        assertThat(put(b, 1, 100, ticketOfB)).isEqualTo(PutStatus.DUPLICATE);
        reopen(rig.killAndReopen());
        assertThat(put(b, 1, 100, ticketOfB)).isEqualTo(PutStatus.ACCEPTED);
        assertThat(rig.drain()).containsExactly("100");
    }

    /** The same with power, between the checkpoint that could know of the duplicate and the sync of its first copy. */
    @Test
    void shouldTakeACopyWhoseFirstOneAPowerCutLost_R14() throws IOException {
        for (int seed = 0; seed < 20; seed++) {
            open(FILE.withSync(SyncMode.every(10_000), Appender.POSITIONAL));
            put(b, 1, 900, ticketOfB);
            put(a, 1, 800, ticketOfA);
            rig.pass(11_000);
            put(a, 2, 100, ticketOfA);
            rig.run();
            put(b, 2, 100, ticketOfB);
            rig.pass(1_000);
            rig.storage.cutPower(new SplittableRandom(seed));
            closeInputs();
            rig.close();
            rig.storage.revive();
            reopen(new ChannelRig(rig.channel.settings(), rig.storage, rig.clock));
            put(b, 2, 100, ticketOfB);
            assertThat(rig.drain()).as("seed %d", seed).containsOnlyOnce("100");
            close();
            rig = null;
        }
    }

    /** A checkpoint in memory-first channels: what is in memory only is known to nobody after a kill. */
    @Test
    void shouldKeepADuplicatesPlaceOnlyWithItsFirstCopy_R9() throws IOException {
        open(Kind.DUAL.settings());
        put(b, 1, 900, ticketOfB);
        rig.run();
        rig.lease().commit();
        put(a, 1, 100, ticketOfA);
        assertThat(put(b, 2, 100, ticketOfB)).isEqualTo(PutStatus.DUPLICATE);
        // Acknowledged in memory; the checkpoint that comes now must not call b's second frame kept.
        rig.pass(1_000);
        rig.pass(1_000);
        assertThat(b.startPosition()).isEqualTo(1);
        reopen(rig.killAndReopen());
        assertThat(b.startPosition()).isEqualTo(1);
        assertThat(put(b, 2, 100, ticketOfB)).isEqualTo(PutStatus.ACCEPTED);
        assertThat(rig.drain()).containsExactly("100");
        rig.pass(1_000);
        assertThat(b.startPosition()).isEqualTo(2);
    }

    @Test
    void shouldKeepADuplicatesPlaceOnceItsFirstCopyIsKept() throws IOException {
        open(FILE);
        put(b, 1, 900, ticketOfB);
        put(a, 1, 100, ticketOfA);
        put(b, 2, 100, ticketOfB);
        put(b, 3, 100, ticketOfB);
        rig.pass(1_000);
        assertThat(b.startPosition()).isEqualTo(3);
        // The checkpoint waits for company.
        rig.pass(1_000);
        reopen(rig.killAndReopen());
        assertThat(b.startPosition()).isEqualTo(3);
        PutTicket again = rig.processor.newTicket();
        assertThat(put(b, 3, 900, again)).isEqualTo(PutStatus.DUPLICATE);
        assertThat(rig.drain()).containsExactly("900", "100");
    }

    @Test
    void shouldForgetBeyondTheWindowAndCount() throws IOException {
        rig = new ChannelRig(FILE);
        rig.processor.dropKnownOrigins(3);
        openInputs(rig.processor);
        for (int i = 1; i <= 5; i++) {
            put(a, i, i * 100, ticketOfA);
        }
        assertThat(rig.metric("OriginPairs")).isEqualTo(3);
        assertThat(rig.metric("OriginPairForgottenCount")).isEqualTo(2);
        assertThat(put(b, 1, 300, ticketOfB)).isEqualTo(PutStatus.DUPLICATE);
        assertThat(put(b, 2, 100, ticketOfB)).isEqualTo(PutStatus.ACCEPTED);
        rig.pass(1_000);
        reopen(rig.killAndReopen(), 3);
        assertThat(rig.metric("OriginPairs")).isEqualTo(3);
        assertThat(put(b, 3, 500, ticketOfB)).isEqualTo(PutStatus.DUPLICATE);
        assertThat(rig.drain()).containsExactly("100", "200", "300", "400", "500", "100");
    }

    @Test
    void shouldTakeTheLargestWindowOfTheSourcesOfAChannel() throws IOException {
        rig = new ChannelRig(FILE);
        rig.processor.dropKnownOrigins(2);
        Fixtures.processor(rig.channel).dropKnownOrigins(4);
        openInputs(rig.processor);
        for (int i = 1; i <= 5; i++) {
            put(a, i, i * 100, ticketOfA);
        }
        assertThat(rig.metric("OriginPairs")).isEqualTo(4);
    }

    /** Nothing of a put that found no room must stay, or the frame would be taken for its own duplicate. */
    @Test
    void shouldKnowNothingOfAPutThatFoundNoRoom() throws IOException {
        open(ChannelSettings.memory("c1", 1));
        put(a, 1, 100, ticketOfA);
        assertThat(put(a, 2, 200, ticketOfA)).isEqualTo(PutStatus.FULL);
        assertThat(put(b, 1, 200, ticketOfB)).isEqualTo(PutStatus.FULL);
        assertThat(rig.drain()).containsExactly("100");
        assertThat(put(b, 1, 200, ticketOfB)).isEqualTo(PutStatus.ACCEPTED);
        assertThat(put(a, 2, 200, ticketOfA)).isEqualTo(PutStatus.DUPLICATE);
        assertThat(rig.drain()).containsExactly("200");
    }

    /** A full channel has the first copy: there is no need to wait for room. */
    @Test
    void shouldLeaveOutADuplicateThoughTheChannelIsFull() throws IOException {
        open(ChannelSettings.memory("c1", 1));
        put(a, 1, 100, ticketOfA);
        assertThat(put(b, 1, 100, ticketOfB)).isEqualTo(PutStatus.DUPLICATE);
    }

    @Test
    void shouldForgetWhatNoSourceAsksForAnyMore() throws IOException {
        open(FILE);
        put(a, 1, 100, ticketOfA);
        rig.pass(1_000);
        closeInputs();
        rig = rig.killAndReopen();
        assertThat(rig.metric("OriginPairs")).isOne();
        openInputs(rig.processor);
        rig.pass(11 * 60_000);
        rig.pass(1_000);
        reopen(rig.killAndReopen());
        assertThat(rig.metric("OriginPairs")).isZero();
    }

    /** Two channels of one source: one that lost what it had takes it again, the other does not. */
    @Test
    void shouldAskEachChannelOfASource() throws IOException {
        rig = new ChannelRig(FILE);
        ManagedChannel memory = ChannelFactory.open(
                ChannelSettings.memory("c2", 100),
                Fixtures.environment("c2", rig.storage, rig.runner, rig.clock, rig.failures::add));
        memory.start();
        ChannelProcessorImpl both = Fixtures.processor(rig.channel, memory);
        rig.processor.dropKnownOrigins(WINDOW);
        both.dropKnownOrigins(WINDOW);
        a = rig.processor.openInput(new InputKey(InputKey.Kind.WINDOW, "link:a"));
        ticketOfA = rig.processor.newTicket();
        put(a, 1, 100, ticketOfA);
        SourceInput ofBoth = both.openInput(new InputKey(InputKey.Kind.WINDOW, "link:b"));
        PutTicket ticket = both.newTicket();
        Frame copy = keep(Fixtures.copy(PRODUCER, 100, "100"));
        assertThat(both.tryPut(ofBoth, 1, copy, true, ticket)).isEqualTo(PutStatus.ACCEPTED);
        rig.run();
        assertThat(rig.drain()).containsExactly("100");
        Lease lease = memory.consumer("k2").tryLease(10, 1 << 20);
        assertThat(Fixtures.bodies(lease)).isEqualTo(List.of("100"));
        lease.commit();
        ofBoth.close();
        memory.close();
    }

    private void open(ChannelSettings settings) throws IOException {
        rig = new ChannelRig(settings);
        rig.processor.dropKnownOrigins(WINDOW);
        openInputs(rig.processor);
    }

    private void reopen(ChannelRig next) {
        reopen(next, WINDOW);
    }

    private void reopen(ChannelRig next, int window) {
        rig = next;
        rig.processor.dropKnownOrigins(window);
        openInputs(rig.processor);
    }

    private void openInputs(ChannelProcessorImpl processor) {
        a = processor.openInput(new InputKey(InputKey.Kind.WINDOW, "link:a"));
        b = processor.openInput(new InputKey(InputKey.Kind.WINDOW, "link:b"));
        ticketOfA = processor.newTicket();
        ticketOfB = processor.newTicket();
    }

    private void closeInputs() {
        if (a != null) {
            a.close();
        }
        if (b != null) {
            b.close();
        }
    }

    private PutStatus put(SourceInput input, long position, long number, PutTicket ticket) {
        Frame frame = keep(Fixtures.copy(PRODUCER, number, Long.toString(number)));
        return rig.processor.tryPut(input, position, frame, true, ticket);
    }

    private Frame keep(Frame frame) {
        rig.frames.add(frame);
        return frame;
    }
}
