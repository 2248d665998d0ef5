package io.headrace.transport.link;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.headrace.engine.channel.ChannelConsumer;
import io.headrace.engine.channel.ChannelSettings;
import io.headrace.engine.channel.Lease;
import io.headrace.engine.channel.LogKeeping;
import io.headrace.engine.metrics.GroupType;
import io.headrace.engine.metrics.MetricGroup;
import io.headrace.wal.LogRetention;
import io.headrace.wal.LogSettings.Appender;
import io.headrace.wal.StreamId;
import io.headrace.wal.SyncMode;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** A sender that is away for longer than {@code inputExpiry}: what comes twice then, and what is said of it. */
class LinkForgottenStreamTest {
    private static final StreamId STREAM = new StreamId(1, 2);
    private static final Duration EXPIRY = Duration.ofDays(2);
    private static final long ROUND_MILLIS = Duration.ofHours(1).toMillis();

    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true, true);
    private final DrivenTime time = new DrivenTime();
    private final List<Throwable> errors = new ArrayList<>();
    private final List<Long> came = new ArrayList<>();
    private final LinkReceiverMetrics counted = new LinkReceiverMetrics(new MetricGroup(GroupType.SOURCE, "source"));
    private final DrivenAlarm alarm = new DrivenAlarm(time);
    private final Logger log = (Logger) LoggerFactory.getLogger("io.headrace.engine.channel");
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
    private final SimulatedTier tier = new SimulatedTier(
            "collector",
            ChannelSettings.file("c", 5_000, Path.of("log"))
                    .withSegments(64 * 1024, 8 * 1024)
                    .withSync(SyncMode.ALWAYS, Appender.POSITIONAL)
                    .withKeeping(new LogKeeping(LogRetention.NONE, List.of(), 1, EXPIRY.toMillis())),
            false,
            new SplittableRandom(1),
            time,
            new TierCoverage());
    private LinkStreams streams;
    private ChannelConsumer consumer;

    @BeforeEach
    void open() {
        lines.start();
        log.addAppender(lines);
        tier.open(true);
        consumer = tier.channel.consumer("sink");
        streams = new LinkStreams(
                LinkReceiverOptions.defaults(),
                tier.processor,
                new CreditBudget(1 << 20),
                time,
                time,
                counted,
                Runnable::run,
                alarm,
                errors::add);
    }

    @AfterEach
    void close() {
        log.detachAppender(lines);
        streams.close();
        tier.stop();
        assertThat(errors).isEmpty();
        assertThat(allocator.metric().usedDirectMemory()).isZero();
    }

    /** Frames of a sender whose answers never reach it. */
    private void sendAndLeave(long floor, long... positions) {
        Wire wire = new Wire(allocator);
        LinkReceiver receiver = new LinkReceiver(
                wire,
                (joining, hello) -> joining.join(streams),
                LinkReceiverOptions.defaults(),
                counted,
                new TokenGate(""));
        receiver.received(Wire.helloBytes(allocator, STREAM, 0, floor));
        receiver.received(Wire.data(allocator, floor, 100, positions));
        receiver.readComplete();
        tier.cycles.runAll();
        receiver.disconnected();
        tier.cycles.runAll();
        Lease lease = consumer.tryLease(1_000, 1 << 20);
        while (lease != null) {
            for (int i = 0; i < lease.size(); i++) {
                came.add(TestFrames.idOf(lease.frame(i)));
            }
            lease.commit();
            tier.cycles.runAll();
            lease = consumer.tryLease(1_000, 1 << 20);
        }
    }

    private void pass(Duration time) {
        for (long left = time.toMillis(); left > 0; left -= ROUND_MILLIS) {
            this.time.pass(Math.min(left, ROUND_MILLIS));
            streams.checkTime();
            tier.cycles.runAll();
        }
    }

    @Test
    void shouldTakeNothingTwiceOfASenderThatIsAwayForLessThanInputExpiry() {
        sendAndLeave(0, 1, 2, 3, 4, 5, 6);
        pass(EXPIRY.minusHours(2));
        sendAndLeave(3, 4, 5, 6, 7);
        assertThat(came).containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L);
        assertThat(lines.list).noneMatch(line -> line.getFormattedMessage().contains("forgotten"));
    }

    @Test
    void shouldTakeTwiceNoMoreThanWhatHadNoAnswerAndSayWhichSenderItForgot() {
        sendAndLeave(0, 1, 2, 3, 4, 5, 6);
        pass(EXPIRY.plusHours(3));
        assertThat(lines.list)
                .filteredOn(line -> line.getFormattedMessage().contains("forgotten"))
                .singleElement()
                .satisfies(line -> assertThat(line.getFormattedMessage())
                        .isEqualTo(
                                "channel c: senders not heard of for PT48H (inputExpiry) are forgotten: 1 of them, link:"
                                        + STREAM
                                        + "; should one come back, what it had sent and got no answer for when it left is taken"
                                        + " again, and may be there twice"));
        // The sender got the answers up to 3; what stands at or below its floor is not taken from anybody.
        sendAndLeave(3, 2, 4, 5, 6, 7);
        assertThat(came).containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 4L, 5L, 6L, 7L);
    }
}
