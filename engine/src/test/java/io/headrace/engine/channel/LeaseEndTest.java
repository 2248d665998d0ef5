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
