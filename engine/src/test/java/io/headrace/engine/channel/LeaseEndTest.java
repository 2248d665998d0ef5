package io.headrace.engine.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a lease held is used again by the next one: whoever still has the ended one must not get at it. */
class LeaseEndTest {
    private static final byte[] TOKEN = "place".getBytes(StandardCharsets.UTF_8);

    private ChannelRig rig;

    /** Ways to end a lease. */
    enum End {
        COMMIT(Lease::commit),
        COMMIT_WITH_TOKEN(lease -> lease.commit(TOKEN)),
        ROLLBACK(Lease::rollback);

        private final Consumer<Lease> way;

        End(Consumer<Lease> way) {
            this.way = way;
        }

        void of(Lease lease) {
            way.accept(lease);
        }
    }

    @BeforeEach
    void open() throws IOException {
        rig = new ChannelRig(ChannelSettings.file("c1", 1_000, ChannelRig.FOLDER));
    }

    /** Finds out whether references to frames are left or missing, too. */
    @AfterEach
    void close() {
        rig.close();
    }

    private Lease leaseOne() {
        return rig.consumer.tryLease(1, ChannelRig.BYTES);
    }

    private void put(String... bodies) {
        for (String body : bodies) {
            assertThat(rig.put(body)).isEqualTo(PutStatus.ACCEPTED);
        }
        rig.run();
    }

    private static void assertEnded(Lease lease) {
        for (End again : End.values()) {
            assertThatThrownBy(() -> again.of(lease))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("lease from sequence 1: ended before (expected: open)");
        }
        assertThatThrownBy(() -> lease.frame(0)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> lease.sequence(0)).isInstanceOf(IllegalStateException.class);
        assertThat(lease.size()).isEqualTo(1);
        assertThat(lease.events()).isEqualTo(1);
        assertThat(lease.bytes()).isPositive();
    }

    @ParameterizedTest
    @EnumSource
    void shouldLeaveTheNextLeaseAloneWhenAnEndedOneIsEndedAgain(End end) {
        put("a", "b", "c");
        Lease first = leaseOne();
        end.of(first);
        rig.run();
        Lease second = leaseOne();
        String expected = end == End.ROLLBACK ? "a" : "b";
        assertEnded(first);
        assertThat(Fixtures.bodies(second)).containsExactly(expected);
        second.commit();
        assertEnded(first);
        assertThat(rig.drain()).isEqualTo(end == End.ROLLBACK ? List.of("b", "c") : List.of("c"));
        assertThat(rig.channel.ledger().delivered()).isEqualTo(3);
        assertThat(rig.channel.size()).isZero();
        assertThat(rig.failures).isEmpty();
    }

    /** The journal reads what was committed when its round comes, however many leases came and went by then. */
    @Test
    void shouldCommitWhatWasLeasedWhenOthersFollowBeforeTheJournalsRound() {
        put("a", "b", "c", "d");
        for (int i = 0; i < 4; i++) {
            leaseOne().commit();
        }
        rig.run();
        assertThat(rig.channel.lowWater()).isEqualTo(4);
        assertThat(rig.channel.ledger().delivered()).isEqualTo(4);
    }

    @Test
    void shouldLeaveTheLeaseToItsHolderAfterAnEarlierOneWasRolledBack() {
        put("a", "b", "c");
        Lease first = leaseOne();
        Lease second = leaseOne();
        first.rollback();
        rig.run();
        Lease third = leaseOne();
        Lease fourth = leaseOne();
        assertThat(Fixtures.bodies(second)).as("until it ends it").containsExactly("b");
        assertThatThrownBy(second::commit)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("lease from sequence 2: rolled back with an earlier one (expected: open)");
        Lease fifth = leaseOne();
        assertThatThrownBy(second::rollback)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("lease from sequence 2: ended before (expected: open)");
        assertThat(Fixtures.bodies(third)).containsExactly("a");
        assertThat(Fixtures.bodies(fourth)).containsExactly("b");
        assertThat(Fixtures.bodies(fifth)).containsExactly("c");
        third.commit();
        fourth.commit();
        fifth.commit();
        rig.run();
        assertThat(rig.channel.lowWater()).isEqualTo(3);
        assertThat(rig.channel.ledger().delivered()).isEqualTo(3);
    }

    @ParameterizedTest
    @EnumSource
    void shouldEndOnceAfterTheChannelClosed(End end) {
        put("a");
        Lease lease = leaseOne();
        rig.channel.close();
        assertThat(Fixtures.bodies(lease)).as("until it ends it").containsExactly("a");
        end.of(lease);
        assertEnded(lease);
        assertThat(rig.frames.get(0).references()).isEqualTo(1);
        assertThat(rig.channel.ledger().delivered()).isZero();
    }

    /** A sink that says so gets its ended lease again, and nothing else of it. */
    @ParameterizedTest
    @EnumSource
    void shouldBeTheNextLeaseWhenItsHolderSaysSo(End end) {
        put("a", "b", "c");
        Lease lease = leaseOne();
        end.of(lease);
        rig.run();
        assertEnded(lease);
        Lease again = rig.consumer.tryLease(2, ChannelRig.BYTES, lease);
        assertThat(again).isSameAs(lease);
        List<String> expected = end == End.ROLLBACK ? List.of("a", "b") : List.of("b", "c");
        assertThat(Fixtures.bodies(again)).isEqualTo(expected);
        assertThat(again.sequence(0)).isEqualTo(end == End.ROLLBACK ? 1 : 2);
        assertThat(again.events()).isEqualTo(2);
        again.commit();
        assertThatThrownBy(again::commit).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> again.frame(0)).isInstanceOf(IllegalStateException.class);
        assertThat(rig.drain()).isEqualTo(end == End.ROLLBACK ? List.of("c") : List.of());
        assertThat(rig.channel.ledger().delivered()).isEqualTo(3);
        assertThat(rig.channel.lowWater()).isEqualTo(3);
    }

    @Test
    void shouldStayEndedWhenThereIsNothingToLease() {
        put("a");
        Lease lease = leaseOne();
        lease.commit();
        rig.run();
        assertThat(rig.consumer.tryLease(1, ChannelRig.BYTES, lease)).isNull();
        assertEnded(lease);
        put("b");
        assertThat(rig.consumer.tryLease(1, ChannelRig.BYTES, lease)).isSameAs(lease);
        assertThat(Fixtures.bodies(lease)).containsExactly("b");
        lease.commit();
    }

    @Test
    void shouldNotBeAnotherLeaseBeforeItsHolderEndedIt() {
        put("a", "b", "c");
        Lease first = leaseOne();
        Lease second = leaseOne();
        assertThatThrownBy(() -> rig.consumer.tryLease(1, ChannelRig.BYTES, first))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("lease from sequence 1: OPEN (expected: ENDED)");
        first.rollback();
        rig.run();
        assertThatThrownBy(() -> rig.consumer.tryLease(1, ChannelRig.BYTES, second))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("lease from sequence 2: CASCADED (expected: ENDED)");
        assertThat(Fixtures.bodies(second)).containsExactly("b");
        second.rollback();
        Lease third = rig.consumer.tryLease(1, ChannelRig.BYTES, second);
        assertThat(Fixtures.bodies(third)).containsExactly("a");
        rig.channel.close();
        assertThatThrownBy(() -> rig.consumer.tryLease(1, ChannelRig.BYTES, third))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("lease from sequence 1: VOID (expected: ENDED)");
        third.rollback();
    }

    @Test
    void shouldLeaveALeaseOfAnotherSinkAlone() {
        put("a", "b");
        Lease ended = rig.channel.consumer("k2").tryLease(1, ChannelRig.BYTES);
        ended.commit();
        rig.run();
        Lease own = rig.consumer.tryLease(1, ChannelRig.BYTES, ended);
        assertThat(own).isNotSameAs(ended);
        assertEnded(ended);
        own.commit();
    }

    /** Commits wait in the journal's queue while the lease is another one already. */
    @Test
    void shouldCommitEachLifeOfALeaseThatIsUsedAgainBeforeTheJournalsRound() {
        put("a", "b", "c", "d");
        Lease lease = leaseOne();
        for (int i = 0; i < 4; i++) {
            lease.commit();
            lease = rig.consumer.tryLease(1, ChannelRig.BYTES, lease);
        }
        assertThat(lease).isNull();
        rig.run();
        assertThat(rig.channel.lowWater()).isEqualTo(4);
        assertThat(rig.channel.ledger().delivered()).isEqualTo(4);
    }

    /** More than are kept, ended in another order, and larger than most. */
    @Test
    void shouldKeepLeasesApartWhenManyAreOpen() {
        int leases = 300;
        for (int i = 0; i < leases; i++) {
            put(Integer.toString(i));
        }
        for (int round = 0; round < 3; round++) {
            Lease[] open = new Lease[leases];
            for (int i = 0; i < leases; i++) {
                open[i] = leaseOne();
            }
            for (int i = 0; i < leases; i++) {
                assertThat(Fixtures.bodies(open[i])).containsExactly(Integer.toString(i));
            }
            for (int i = leases - 1; i >= 0; i--) {
                open[i].rollback();
            }
        }
        Lease all = rig.lease();
        assertThat(all.size()).isEqualTo(leases);
        all.rollback();
        assertThat(rig.drain()).hasSize(leases).startsWith("0", "1").endsWith("299");
    }
}
