package io.headrace.engine.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.frame.Frame;
import io.headrace.wal.StreamId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** The contract must notice channels that are broken on purpose. */
class BrokenTwinTest {
    private final ChannelSettings settings = ChannelSettings.memory("c1", 10_000);

    private long failures(Function<ChannelRig, ChannelSubject> twin) throws IOException {
        Collection<ChannelContract.Check> checks = ChannelContract.checks().values();
        long failed = 0;
        for (ChannelContract.Check check : checks) {
            // Not closed: the twins leave leases open, and that is not what is looked for.
            ChannelSubject subject = twin.apply(new ChannelRig(settings));
            try {
                check.of(subject);
            } catch (AssertionError | NullPointerException e) {
                failed++;
            }
        }
        return failed;
    }

    @Test
    void shouldPassTheSoundOne() throws IOException {
        assertThat(failures(ChannelSubject::new)).isZero();
    }

    @Test
    void shouldNoticeALostLease() throws IOException {
        assertThat(failures(rig -> withConsumer(rig, LosingConsumer::new))).isPositive();
    }

    @Test
    void shouldNoticeSwappedOrder() throws IOException {
        assertThat(failures(rig -> withConsumer(rig, SwappingConsumer::new))).isPositive();
    }

    @Test
    void shouldNoticeDoubleDelivery() throws IOException {
        assertThat(failures(rig -> withConsumer(rig, RepeatingConsumer::new))).isPositive();
    }

    @Test
    void shouldNoticeAnAcknowledgementBeforeTheSync() throws IOException {
        assertThat(failures(HastySubject::new)).isPositive();
    }

    private static ChannelSubject withConsumer(ChannelRig rig, Function<ChannelConsumer, ChannelConsumer> twin) {
        ChannelConsumer broken = twin.apply(rig.consumer);
        return new ChannelSubject(rig) {
            @Override
            ChannelConsumer consumer() {
                return broken;
            }
        };
    }

    /** Says that a put is acknowledged when it is published. */
    private static final class HastySubject extends ChannelSubject {
        HastySubject(ChannelRig rig) {
            super(rig);
        }

        @Override
        PutTicket put(String... bodies) {
            PutTicket ticket = super.put(bodies);
            return new PutTicket() {
                @Override
                public boolean isAcknowledged() {
                    return true;
                }

                @Override
                public boolean isSafe() {
                    return ticket.isSafe();
                }

                @Override
                public Channel fullChannel() {
                    return ticket.fullChannel();
                }

                @Override
                public FullReason fullReason() {
                    return ticket.fullReason();
                }
            };
        }
    }

    /** Commits every third lease without giving it to anybody. */
    private static final class LosingConsumer extends Twin {
        private int leases;

        LosingConsumer(ChannelConsumer sound) {
            super(sound);
        }

        @Override
        public Lease tryLease(int maxEvents, long maxBytes) {
            Lease lease = sound.tryLease(maxEvents, maxBytes);
            if (lease != null && ++leases % 3 == 0) {
                lease.commit();
                return sound.tryLease(maxEvents, maxBytes);
            }
            return lease;
        }
    }

    /** Gives the second lease before the first. */
    private static final class SwappingConsumer extends Twin {
        private Lease kept;

        SwappingConsumer(ChannelConsumer sound) {
            super(sound);
        }

        @Override
        public Lease tryLease(int maxEvents, long maxBytes) {
            if (kept != null) {
                Lease lease = kept;
                kept = null;
                return lease;
            }
            Lease first = sound.tryLease(maxEvents, maxBytes);
            if (first == null) {
                return null;
            }
            Lease second = sound.tryLease(maxEvents, maxBytes);
            if (second == null) {
                return first;
            }
            kept = first;
            return second;
        }
    }

    /** Gives the first lease once more. */
    private static final class RepeatingConsumer extends Twin {
        private final List<Frame> first = new ArrayList<>();
        private long firstSequence;
        private int leases;

        RepeatingConsumer(ChannelConsumer sound) {
            super(sound);
        }

        @Override
        public Lease tryLease(int maxEvents, long maxBytes) {
            Lease lease = sound.tryLease(maxEvents, maxBytes);
            if (lease == null) {
                return null;
            }
            leases++;
            if (leases == 1) {
                firstSequence = lease.sequence(0);
                for (int i = 0; i < lease.size(); i++) {
                    first.add(lease.frame(i).retain());
                }
            }
            return leases == 3 ? new Again(lease, first, firstSequence) : lease;
        }
    }

    /** A lease that shows another one's frames. */
    private record Again(Lease lease, List<Frame> frames, long firstSequence) implements Lease {
        @Override
        public int size() {
            return frames.size();
        }

        @Override
        public Frame frame(int index) {
            return frames.get(index);
        }

        @Override
        public long sequence(int index) {
            return firstSequence + index;
        }

        @Override
        public int events() {
            return frames.stream().mapToInt(Frame::eventCount).sum();
        }

        @Override
        public long bytes() {
            return frames.stream().mapToLong(Frame::length).sum();
        }

        @Override
        public void commit() {
            lease.commit();
        }

        @Override
        public long commit(byte[] token) {
            return lease.commit(token);
        }

        @Override
        public void rollback() {
            lease.rollback();
        }
    }

    private abstract static class Twin implements ChannelConsumer {
        final ChannelConsumer sound;

        Twin(ChannelConsumer sound) {
            this.sound = sound;
        }

        @Override
        public String name() {
            return sound.name();
        }

        @Override
        public int ordinal() {
            return sound.ordinal();
        }

        @Override
        public StreamId streamId() {
            return sound.streamId();
        }

        @Override
        public long lowWater() {
            return sound.lowWater();
        }

        @Override
        public void setListener(Runnable listener) {
            sound.setListener(listener);
        }

        @Override
        public byte[] recoveredToken() {
            return sound.recoveredToken();
        }

        @Override
        public boolean keepsTokens() {
            return sound.keepsTokens();
        }

        @Override
        public long saveToken(byte[] token) {
            return sound.saveToken(token);
        }

        @Override
        public long checkpointedTokenVersion() {
            return sound.checkpointedTokenVersion();
        }
    }
}
