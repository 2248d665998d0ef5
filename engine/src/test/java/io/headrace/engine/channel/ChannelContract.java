package io.headrace.engine.channel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What every channel does, as functions, so that they can be held against broken twins too. */
final class ChannelContract {
    private static final long BYTES = 1 << 20;
    private static final int FRAMES = 60;

    /** One clause. */
    interface Check {
        void of(ChannelSubject subject);
    }

    private ChannelContract() {}

    static Map<String, Check> checks() {
        Map<String, Check> checks = new LinkedHashMap<>();
        checks.put("gives everything once, in order", ChannelContract::shouldGiveEverythingOnceInOrder);
        checks.put("acknowledges only what the journal has seen", ChannelContract::shouldNotAcknowledgeEarly);
        checks.put("leases only what is acknowledged (R3)", ChannelContract::shouldLeaseOnlyWhatIsAcknowledged);
        checks.put("gives rolled-back frames first", ChannelContract::shouldGiveRolledBackFramesFirst);
        checks.put("rolls later leases back, too", ChannelContract::shouldRollLaterLeasesBack);
        checks.put("lets leases end out of order", ChannelContract::shouldLetLeasesEndOutOfOrder);
        checks.put("shares frames between sinks", ChannelContract::shouldShareFramesBetweenSinks);
        checks.put("frees room by commit, not by rollback", ChannelContract::shouldFreeRoomByCommit);
        checks.put("bounds a lease, but gives one frame", ChannelContract::shouldBoundALease);
        return checks;
    }

    private static List<String> put(ChannelSubject subject, int frames) {
        List<String> put = new ArrayList<>();
        for (int i = 0; i < frames; i++) {
            subject.put("event " + i + "a", "event " + i + "b");
            put.add("event " + i + "a");
            put.add("event " + i + "b");
            if (i % 7 == 0) {
                subject.settle();
            }
        }
        subject.settle();
        return put;
    }

    private static List<String> drain(ChannelSubject subject, int maxEvents) {
        List<String> taken = new ArrayList<>();
        Lease lease = subject.consumer().tryLease(maxEvents, BYTES);
        while (lease != null) {
            taken.addAll(Fixtures.bodies(lease));
            lease.commit();
            subject.settle();
            lease = subject.consumer().tryLease(maxEvents, BYTES);
        }
        return taken;
    }

    private static void assertEmpty(ChannelSubject subject) {
        assertThat(subject.rig().channel.size()).isZero();
        Ledger ledger = subject.rig().channel.ledger();
        assertThat(ledger.balances()).isTrue();
        assertThat(ledger.held()).isZero();
        assertThat(subject.rig().channel.lowWater())
                .isEqualTo(subject.rig().channel.acknowledged());
    }

    private static void shouldGiveEverythingOnceInOrder(ChannelSubject subject) {
        List<String> put = put(subject, FRAMES);
        assertThat(drain(subject, 10)).isEqualTo(put);
        assertEmpty(subject);
        assertThat(subject.rig().channel.ledger().delivered()).isEqualTo(put.size());
    }

    private static void shouldNotAcknowledgeEarly(ChannelSubject subject) {
        PutTicket ticket = subject.put("a");
        assertThat(ticket.isAcknowledged()).as("before the journal saw it").isFalse();
        subject.settle();
        assertThat(ticket.isAcknowledged()).isTrue();
    }

    private static void shouldLeaseOnlyWhatIsAcknowledged(ChannelSubject subject) {
        subject.put("a");
        assertThat(subject.consumer().tryLease(10, BYTES)).isNull();
        subject.settle();
        Lease lease = subject.consumer().tryLease(10, BYTES);
        assertThat(lease).isNotNull();
        assertThat(lease.sequence(0)).isLessThanOrEqualTo(subject.rig().channel.acknowledged());
        lease.commit();
    }

    private static void shouldGiveRolledBackFramesFirst(ChannelSubject subject) {
        List<String> put = put(subject, 5);
        Lease lease = subject.consumer().tryLease(4, BYTES);
        lease.rollback();
        subject.put("later");
        subject.settle();
        put.add("later");
        assertThat(drain(subject, 3)).isEqualTo(put);
        assertThat(subject.rig().channel.ledger().redelivered()).isEqualTo(4);
    }

    private static void shouldRollLaterLeasesBack(ChannelSubject subject) {
        List<String> put = put(subject, 6);
        Lease first = subject.consumer().tryLease(4, BYTES);
        Lease second = subject.consumer().tryLease(4, BYTES);
        Lease third = subject.consumer().tryLease(4, BYTES);
        first.commit();
        second.rollback();
        third.rollback();
        assertThat(drain(subject, 100)).isEqualTo(put.subList(4, put.size()));
        assertEmpty(subject);
    }

    private static void shouldLetLeasesEndOutOfOrder(ChannelSubject subject) {
        List<String> put = put(subject, 10);
        List<Lease> open = new ArrayList<>();
        Lease lease = subject.consumer().tryLease(2, BYTES);
        List<String> taken = new ArrayList<>();
        while (lease != null) {
            taken.addAll(Fixtures.bodies(lease));
            open.add(lease);
            lease = subject.consumer().tryLease(2, BYTES);
        }
        assertThat(taken).isEqualTo(put);
        long before = subject.rig().channel.lowWater();
        for (int i = open.size() - 1; i > 0; i--) {
            open.get(i).commit();
        }
        subject.settle();
        assertThat(subject.rig().channel.lowWater()).isEqualTo(before);
        open.get(0).commit();
        subject.settle();
        assertEmpty(subject);
    }

    private static void shouldShareFramesBetweenSinks(ChannelSubject subject) {
        List<String> put = put(subject, 10);
        ChannelConsumer other = subject.rig().channel.consumer("k2");
        assertThat(other.ordinal()).isEqualTo(1);
        List<String> taken = new ArrayList<>();
        Lease one = subject.consumer().tryLease(2, BYTES);
        while (one != null) {
            taken.addAll(Fixtures.bodies(one));
            Lease two = other.tryLease(2, BYTES);
            taken.addAll(Fixtures.bodies(two));
            two.commit();
            one.commit();
            subject.settle();
            one = subject.consumer().tryLease(2, BYTES);
        }
        assertThat(taken).isEqualTo(put);
        assertEmpty(subject);
    }

    private static void shouldFreeRoomByCommit(ChannelSubject subject) {
        put(subject, 20);
        long held = subject.rig().channel.size();
        Lease lease = subject.consumer().tryLease(10, BYTES);
        int events = lease.events();
        lease.rollback();
        assertThat(subject.rig().channel.size()).isEqualTo(held);
        subject.consumer().tryLease(events, BYTES).commit();
        assertThat(subject.rig().channel.size()).isEqualTo(held - events);
    }

    private static void shouldBoundALease(ChannelSubject subject) {
        put(subject, 5);
        Lease small = subject.consumer().tryLease(1, 1);
        assertThat(small.size()).isEqualTo(1);
        Lease two = subject.consumer().tryLease(5, BYTES);
        assertThat(two.size()).isEqualTo(2);
        assertThat(two.events()).isEqualTo(4);
        Lease byBytes = subject.consumer().tryLease(100, two.bytes() / 2);
        assertThat(byBytes.size()).isEqualTo(1);
        small.commit();
        two.commit();
        byBytes.commit();
    }
}
