package io.headrace.tools.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.frame.Frame;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A verdict that cannot fail is worth nothing: each fault is made on purpose. */
class ArrivalCheckTest {
    private static final BenchSettings SETTINGS =
            BenchSettings.of(WorkloadKind.CHANNEL).with(draft -> draft.batch(10).size(32));

    private final ProducerIds ids = new ProducerIds(0x1234_5678_9ABC_DE00L, 2);
    private final FrameSource source = new FrameSource(SETTINGS, ids.of(1));
    private final ArrivalCheck check = new ArrivalCheck(ids);
    private final List<Frame> frames = new ArrayList<>();

    @AfterEach
    void release() {
        frames.forEach(Frame::release);
        source.close();
    }

    @Test
    void shouldFindNothingWhereAllIsWell() {
        build(3);
        assertThat(check.verify(frames.get(0))).isEqualTo(1_000);
        assertThat(check.verify(frames.get(1))).isEqualTo(1_001);
        assertThat(check.verify(frames.get(2))).isEqualTo(1_002);

        Course.Report report = report();
        assertThat(report.faults()).isEmpty();
        assertThat(report.verified()).hasSize(2);
        assertThat(report.verified().get(0)).contains("30 events", "none lost", "none doubled");
    }

    @Test
    void shouldFindALostFrame() {
        build(3);
        check.verify(frames.get(0));
        check.verify(frames.get(2));
        assertThat(report().faults())
                .anyMatch(text -> text.contains("10 lost"))
                .anyMatch(text -> text.contains("producer 1: event 20 came (expected: 10)"));
    }

    @Test
    void shouldFindALostFrameAtTheEnd() {
        build(2);
        check.verify(frames.get(0));
        assertThat(report().faults()).anyMatch(text -> text.contains("10 lost"));
    }

    @Test
    void shouldFindADoubledFrame() {
        build(2);
        check.verify(frames.get(0));
        check.verify(frames.get(0));
        check.verify(frames.get(1));
        assertThat(report().faults())
                .anyMatch(text -> text.contains("10 too many"))
                .anyMatch(text -> text.contains("event 0 came (expected: 10)"));
    }

    @Test
    void shouldFindFramesThatChangedPlaces() {
        build(2);
        check.verify(frames.get(1));
        check.verify(frames.get(0));
        assertThat(report().faults()).anyMatch(text -> text.contains("event 10 came (expected: 0)"));
    }

    @Test
    void shouldFindOneFrameInThePlaceOfAnother() {
        build(2);
        check.verify(frames.get(0));
        check.verify(frames.get(0));
        assertThat(report().faults()).isNotEmpty().anyMatch(text -> text.contains("faults in 2 frames"));
    }

    @Test
    void shouldFindAChangedByte() {
        build(1);
        damage(frames.get(0));
        check.verify(frames.get(0));
        assertThat(report().faults()).anyMatch(text -> text.contains("checksum of Frame"));
    }

    @Test
    void shouldFindAFrameOfSomebodyElse() {
        try (FrameSource stranger = new FrameSource(SETTINGS, 77)) {
            frames.add(stranger.build(1));
            check.verify(frames.get(0));
        }
        assertThat(report().faults()).anyMatch(text -> text.contains("(expected: one of this run)"));
    }

    @Test
    void shouldSayNoMoreThanSomeOfManyFaults() {
        Consumer<Frame> verify = check::verify;
        build(40);
        for (int i = 0; i < 40; i += 2) {
            verify.accept(frames.get(i));
        }
        assertThat(report().faults()).hasSizeBetween(2, 10).anyMatch(text -> text.contains("19 faults"));
    }

    private void build(int count) {
        for (int i = 0; i < count; i++) {
            frames.add(source.build(1_000 + i));
        }
    }

    private static void damage(Frame frame) {
        int at = frame.nioBuffer().capacity() - 1;
        frame.nioBuffer().put(at, (byte) (frame.nioBuffer().get(at) ^ 1));
    }

    private Course.Report report() {
        Course.Report report = new Course.Report(new ArrayList<>(), new ArrayList<>());
        long sent = source.frames() * source.frameEvents();
        check.report(new Course.Sent(sent, source.frames(), source.frameBytes(), source.checksums()), report);
        return report;
    }
}
