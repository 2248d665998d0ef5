package io.headrace.engine.flume;

import static io.headrace.engine.flume.RealChannel.frame;
import static io.headrace.engine.flume.RealChannel.numbers;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.engine.channel.ChannelProcessor;
import io.headrace.engine.channel.FullReason;
import io.headrace.engine.channel.Lease;
import io.headrace.engine.channel.PutStatus;
import io.headrace.engine.channel.PutTicket;
import io.headrace.engine.channel.SourceInput;
import io.headrace.engine.config.ConfigurationException;
import io.headrace.frame.EventCursor;
import io.headrace.frame.Frame;
import java.io.IOException;
import java.util.Collections;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What Flume's tests of its memory channel ask for, asked of ours. */
class FlumeMemoryChannelTest {
    @Test
    void shouldCarryNullHeaderValuesAsEmptyOnes() throws IOException {
        try (RealChannel channel = RealChannel.memory()) {
            assertThat(channel.put(Collections.singletonMap("test_key", null), "body"))
                    .isEqualTo(PutStatus.ACCEPTED);
            Lease lease = channel.awaitLease(1);
            EventCursor event = new EventCursor().wrap(lease.frame(0));
            assertThat(event.next()).isTrue();
            assertThat(event.headers()).containsExactly(Map.entry("test_key", ""));
            lease.commit();
        }
    }

    @Test
    void shouldCarryEmptyBodies() throws IOException {
        try (RealChannel channel = RealChannel.memory("byteCapacity", "2000")) {
            channel.putAll("");
            assertThat(channel.take(1)).containsExactly("");
        }
    }

    @Test
    void shouldHaveRoomForWhatACommitTookOut() throws IOException {
        try (RealChannel channel = RealChannel.memory("capacity", "3", "transactionCapacity", "3")) {
            channel.putAll("1");
            channel.putAll("2");
            channel.putAll("3");
            assertThat(channel.put("4")).isEqualTo(PutStatus.FULL);
            assertThat(channel.take(2)).containsExactly("1", "2");
            channel.putAll("4");
            channel.putAll("5");
            assertThat(channel.put("6")).isEqualTo(PutStatus.FULL);
            assertThat(channel.take(3)).containsExactly("3", "4", "5");
        }
    }

    /** The nearest to a put that is rolled back: it was refused by another channel of the same source. */
    @Test
    void shouldHoldNothingOfAPutThatWasRefused() throws IOException {
        try (RealChannel roomy = RealChannel.memory("capacity", "3", "transactionCapacity", "3");
                RealChannel full = RealChannel.memory("capacity", "1", "transactionCapacity", "1")) {
            full.putAll("in the way");
            ChannelProcessor both = RealChannel.processor(roomy.channel, full.channel);
            SourceInput input = both.anonymousInput();
            PutTicket ticket = both.newTicket();
            Frame batch = frame(Map.of(), "1", "2", "3");
            for (int attempt = 0; attempt < 3; attempt++) {
                assertThat(both.tryPut(input, 0, batch, true, ticket)).isEqualTo(PutStatus.FULL);
                assertThat(ticket.fullChannel()).isSameAs(full.channel);
            }
            assertThat(roomy.channel.size()).isZero();
            assertThat(roomy.lease(3)).isNull();
            assertThat(full.take(1)).containsExactly("in the way");
            assertThat(both.tryPut(input, 0, batch, true, ticket)).isEqualTo(PutStatus.ACCEPTED);
            assertThat(roomy.take(3)).containsExactly("1", "2", "3");
            assertThat(full.take(3)).containsExactly("1", "2", "3");
            batch.release();
            input.close();
        }
    }

    @Test
    void shouldHoldNoBytesOfAPutThatWasRefused() throws IOException {
        try (RealChannel roomy = RealChannel.memory("byteCapacity", "2000");
                RealChannel full = RealChannel.memory("capacity", "1", "transactionCapacity", "1")) {
            full.putAll("in the way");
            ChannelProcessor both = RealChannel.processor(roomy.channel, full.channel);
            SourceInput input = both.anonymousInput();
            PutTicket ticket = both.newTicket();
            Frame batch = frame(Map.of(), "x".repeat(405));
            for (int attempt = 0; attempt < 100; attempt++) {
                assertThat(both.tryPut(input, 0, batch, true, ticket)).isEqualTo(PutStatus.FULL);
                assertThat(ticket.fullChannel()).isSameAs(full.channel);
            }
            roomy.putAll("x".repeat(405));
            batch.release();
            input.close();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {250, 1_500, 2_000, 4_000, 64_000})
    void shouldHoldSoManyBytesAsAreConfigured(int capacity) throws IOException {
        try (RealChannel channel = RealChannel.memory("capacity", "10000", "byteCapacity", String.valueOf(capacity))) {
            long pinned = 0;
            Frame sample = frame(Map.of(), "x".repeat(405));
            int each = sample.pinnedBytes();
            sample.release();
            while (channel.put("x".repeat(405)) == PutStatus.ACCEPTED) {
                pinned += each;
                assertThat(pinned).isLessThan(capacity + each);
            }
            assertThat(channel.ticket.fullReason()).isEqualTo(FullReason.BYTES);
            assertThat(pinned).isGreaterThanOrEqualTo(capacity);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"capacity=-3", "transactionCapacity=-1", "byteCapacity=-1", "capacity=0"})
    void shouldRefuseCapacitiesThatAreNone(String setting) {
        String key = setting.substring(0, setting.indexOf('='));
        String value = setting.substring(setting.indexOf('=') + 1);
        assertThatThrownBy(() -> RealChannel.settings("memory", key, value))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(key + ": " + value);
    }

    @Test
    void shouldCommitInOrderAndHaveNothingElse() throws IOException {
        try (RealChannel channel = RealChannel.memory("transactionCapacity", "50")) {
            channel.putAll(numbers(0, 10));
            assertThat(channel.take(10)).containsExactly(numbers(0, 10));
            assertThat(channel.lease(1)).isNull();
        }
    }

    @Test
    void shouldGiveAgainInOrderWhatWasRolledBack() throws IOException {
        try (RealChannel channel = RealChannel.memory()) {
            for (String body : numbers(0, 10)) {
                channel.putAll(body);
            }
            for (int attempt = 0; attempt < 3; attempt++) {
                Lease lease = channel.awaitLease(10);
                assertThat(RealChannel.bodies(lease)).containsExactly(numbers(0, 10));
                assertThat(channel.lease(1)).isNull();
                lease.rollback();
            }
            assertThat(channel.channel.size()).isEqualTo(10);
        }
    }

    @Test
    void shouldGoRoundItsRingAgainAndAgain() throws IOException {
        try (RealChannel channel = RealChannel.memory()) {
            for (int round = 0; round < 200; round++) {
                for (int i = 0; i < 99; i++) {
                    assertThat(channel.put(round + "/" + i)).isEqualTo(PutStatus.ACCEPTED);
                }
                assertThat(channel.take(99)).startsWith(round + "/0").endsWith(round + "/98");
            }
            assertThat(channel.channel.size()).isZero();
        }
    }
}
