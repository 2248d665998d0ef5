package io.headrace.wal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SpareSegmentsTest {
    private static final Path FOLDER = Path.of("log");
    private static final long MIB = 1024 * 1024;

    private final AtomicLong nanos = new AtomicLong(1);
    private final SimulatedDisk disk = new SimulatedDisk();
    private final LogSettings settings = new LogSettings(
            List.of(FOLDER), FOLDER, 12 * MIB, LogFixture.SMALL_FRAME, LogSettings.Appender.POSITIONAL, 0);
    private final SpareSegments spares = new SpareSegments(settings, disk, nanos::get, nanos.get());

    @BeforeEach
    void createFolder() throws IOException {
        disk.createFolders(FOLDER);
    }

    @Test
    void shouldKeepAFewForGood() throws IOException {
        add(1, SpareSegments.KEPT);

        assertThat(spares.nanosToNextWork(nanos.get()))
                .as("until another one comes")
                .isEqualTo(-1);
        assertThat(removeIdle()).isZero();
        assertThat(disk.list(FOLDER)).hasSize(SpareSegments.KEPT);
    }

    @Test
    void shouldRemoveWhatIsBeyondInStepsOfFourMebibytes() throws IOException {
        add(1, SpareSegments.KEPT + 1);
        Segment last = spares.all().get(SpareSegments.KEPT);
        last.file().zero(0, (int) (12 * MIB));

        passSeconds(2);
        assertThat(spares.nanosToNextWork(nanos.get())).as("a step is due").isZero();
        assertThat(spares.shrink()).isTrue();
        assertThat(last.file().size()).isEqualTo(8 * MIB);
        assertThat(spares.shrink()).as("not at once again").isFalse();
        assertThat(spares.nanosToNextWork(nanos.get())).isEqualTo(TimeUnit.MILLISECONDS.toNanos(5));

        assertThat(removeIdle()).isEqualTo(2);
        assertThat(disk.list(FOLDER)).hasSize(SpareSegments.KEPT).doesNotContain(last.toString());
    }

    /** They come in bursts, as many as were written between two checkpoints, and are filled again when they were removed. */
    @Test
    void shouldRemoveNothingThatWasUsedWithinASecond() throws IOException {
        for (int burst = 0; burst < 10; burst++) {
            add(1 + 10 * burst, 10);
            spares.countSurplus();
            nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(600));
            spares.countSurplus();
            assertThat(spares.shrink()).isFalse();
            while (!spares.isEmpty()) {
                spares.poll();
            }
            spares.countSurplus();
            nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(600));
        }
    }

    @Test
    void shouldFindOneWithRoom() throws IOException {
        add(1, 3);

        assertThat(spares.poll(12 * MIB)).as("the header takes room, too").isNull();
        assertThat(spares.poll(12 * MIB - SegmentHeader.LENGTH).index()).isEqualTo(1);
        assertThat(spares.poll().index()).isEqualTo(2);
        assertThat(spares.all()).hasSize(1);
    }

    private void passSeconds(int seconds) {
        for (int i = 0; i < seconds; i++) {
            spares.countSurplus();
            nanos.addAndGet(TimeUnit.SECONDS.toNanos(1));
        }
        spares.countSurplus();
    }

    /** How many steps that took. */
    private int removeIdle() throws IOException {
        int steps = 0;
        for (int i = 0; i < 1_000; i++) {
            nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(10));
            spares.countSurplus();
            steps += spares.shrink() ? 1 : 0;
        }
        return steps;
    }

    private void add(long first, int count) throws IOException {
        for (long index = first; index < first + count; index++) {
            Path path = FOLDER.resolve(Segment.nameOf(index));
            StorageFile file = disk.open(path, Storage.OpenMode.CREATE);
            SegmentHeader header =
                    new SegmentHeader(SegmentHeader.VERSION, 1, new StreamId(0, 1), index, 12 * MIB, null);
            spares.add(new Segment(path, file, header));
        }
    }
}
