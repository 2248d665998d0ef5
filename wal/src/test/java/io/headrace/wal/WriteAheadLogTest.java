package io.headrace.wal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class WriteAheadLogTest {
    @TempDir
    private Path folder;

    private final LogFixture fixture = new LogFixture(1);
    private final Storage storage = new FileStorage();

    @ParameterizedTest
    @EnumSource
    void shouldReadBackWhatWasWrittenAndGoOnAfterAnOrderlyStop(LogSettings.Appender appender) throws Exception {
        LogSettings settings = LogFixture.settings(folder.resolve("log"), appender);
        List<String> expected = new ArrayList<>();
        long sequence = 1;
        for (int run = 0; run < 3; run++) {
            try (WriteAheadLog log = WriteAheadLog.open(settings, storage, fixture.clocks)) {
                assertThat(log.nextSequence()).isEqualTo(sequence);
                assertThat(LogFixture.readAll(log, 1)).isEqualTo(expected);
                for (int i = 0; i < 1000; i++, sequence++) {
                    String text = "run " + run + " frame " + i + " ".repeat(i);
                    fixture.append(log, sequence, fixture.frame(text));
                    expected.add(sequence + ":" + text);
                    if (log.groupIsFull()) {
                        log.write();
                    }
                }
                log.write();
                assertThat(log.written()).isEqualTo(sequence - 1);
                log.sync();
                assertThat(log.durable()).isEqualTo(sequence - 1);
                assertThat(LogFixture.readAll(log, 1)).isEqualTo(expected);
                log.checkpointAndStop(sequence - 1);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldGoOnAfterFrameThatIsLargerThanGroup(LogSettings.Appender appender) throws Exception {
        int largest = 2 * SegmentAppender.GROUP_BYTES;
        Path logs = folder.resolve("log");
        LogSettings settings = new LogSettings(List.of(logs), logs, 4L * largest, largest, appender, 0);
        try (WriteAheadLog log = WriteAheadLog.open(settings, storage, fixture.clocks)) {
            fixture.append(log, 1, fixture.frame(largest - 100_000));
            log.write();
            assertThat(log.groupIsFull()).isFalse();
            fixture.append(log, 2, fixture.frame(10));
            log.write();
            log.sync();
            assertThat(log.durable()).isEqualTo(2);
        }
    }

    /** As where there is no memory: no lock and no file stays behind, of new folders and of those that are there. */
    @ParameterizedTest
    @EnumSource
    void shouldLeaveNothingOpenWhereverOpeningEndsInAnError(LogSettings.Appender appender) throws Exception {
        int calls = 0;
        boolean opened = false;
        while (!opened) {
            calls++;
            Path logs = folder.resolve("log" + calls);
            Path checkpoints = folder.resolve("checkpoints" + calls);
            LogSettings settings = new LogSettings(
                    List.of(logs), checkpoints, LogFixture.SMALL_SEGMENT, LogFixture.SMALL_FRAME, appender, 0);
            opened = openFailing(settings, calls);
            writeSome(settings);
            opened &= openFailing(settings, calls);
            writeSome(settings);
        }
        assertThat(calls).isGreaterThan(50);
    }

    /** Returns whether nothing failed: there were fewer calls. */
    private boolean openFailing(LogSettings settings, int failing) throws Exception {
        FailingStorage failsOnce = new FailingStorage(storage, failing);
        boolean opened = false;
        try {
            WriteAheadLog.open(settings, failsOnce.storage(), fixture.clocks).close();
            opened = !failsOnce.hasFailed();
        } catch (OutOfMemoryError e) {
            assertThat(e).hasMessage("call " + failing);
        }
        assertThat(failsOnce.openFiles())
                .as("open after call %d failed", failing)
                .isEmpty();
        return opened;
    }

    private void writeSome(LogSettings settings) throws Exception {
        try (WriteAheadLog log = WriteAheadLog.open(settings, storage, fixture.clocks)) {
            fixture.append(log, log.nextSequence(), fixture.frame("some"));
            log.write();
            log.sync();
        }
    }
}
