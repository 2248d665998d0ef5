package io.headrace.tools.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.engine.channel.ChannelPolicy;
import io.headrace.wal.LogSettings.Appender;
import io.headrace.wal.SyncMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
class WorkloadTest {
    private static final int EVENTS = 12_000;
    private static final int BATCH = 100;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @EnumSource
    void shouldMoveAndVerifyAllEvents(WorkloadKind kind) throws Exception {
        WorkloadResult result = run(kind, draft -> draft.events(EVENTS).producers(3));

        assertThat(result.faults()).isEmpty();
        assertThat(result.sound()).isTrue();
        assertThat(result.stopped()).isFalse();
        assertThat(result.events()).isEqualTo(EVENTS);
        assertThat(result.frames()).isEqualTo(EVENTS / BATCH);
        assertThat(result.bytes()).isEqualTo(EVENTS * 64L);
        assertThat(result.frameBytes()).isGreaterThan(result.bytes());
        assertThat(result.latency().getTotalCount()).isEqualTo(result.frames());
        assertThat(result.latencyMicros(99))
                .isGreaterThanOrEqualTo(result.latencyMicros(50))
                .isPositive();
        assertThat(result.eventsPerSecond()).isPositive();
        assertThat(result.megabytesPerSecond()).isPositive();
        assertThat(result.cpuNanos()).isNotNegative();
        assertThat(result.windows().stream().mapToLong(Window::events).sum()).isEqualTo(EVENTS);
        assertThat(result.windows().stream().mapToLong(Window::nanos).sum()).isEqualTo(result.nanos());
        assertThat(result.verified()).hasSizeGreaterThanOrEqualTo(3);
        assertThat(folder).isEmptyDirectory();
    }

    @ParameterizedTest
    @EnumSource(Appender.class)
    void shouldReadBackWhatEachAppenderWrote(Appender appender) throws Exception {
        WorkloadResult result = run(WorkloadKind.WAL, draft -> draft.events(EVENTS)
                .appender(appender)
                .producers(2)
                .sync(appender == Appender.MAPPED ? SyncMode.NEVER : SyncMode.ALWAYS));

        assertThat(result.faults()).isEmpty();
        assertThat(result.counters().get("logFrames")).isGreaterThanOrEqualTo(EVENTS / BATCH);
        assertThat(result.counters().get("logBytes")).isGreaterThanOrEqualTo(result.frameBytes());
    }

    @ParameterizedTest
    @EnumSource(
            value = ChannelPolicy.class,
            names = {"MEMORY", "DUAL"})
    void shouldMeasureEachTypeOfChannel(ChannelPolicy policy) throws Exception {
        WorkloadResult result =
                run(WorkloadKind.CHANNEL, draft -> draft.events(EVENTS).policy(policy));

        assertThat(result.faults()).isEmpty();
        assertThat(result.events()).isEqualTo(EVENTS);
        assertThat(result.counters().isEmpty()).isEqualTo(policy == ChannelPolicy.MEMORY);
    }

    @Test
    void shouldEndWhenTheTimeIsOverAndTellWindows() throws Exception {
        List<Window> windows = new ArrayList<>();
        List<WorkloadProgress> seen = new ArrayList<>();
        long[] counted = new long[1];
        WorkloadListener listener = new WorkloadListener() {
            @Override
            public void progress(WorkloadProgress progress) {
                seen.add(progress);
            }

            @Override
            public void window(Window window, Histogram latencies) {
                windows.add(window);
                counted[0] += latencies.getTotalCount();
            }
        };
        BenchSettings settings = settings(WorkloadKind.CHANNEL, draft -> draft.policy(ChannelPolicy.MEMORY)
                .duration(Duration.ofMillis(200))
                .interval(Duration.ofMillis(50)));
        WorkloadResult result = Workload.of(settings).run(() -> false, listener);

        assertThat(result.faults()).isEmpty();
        assertThat(windows).isEqualTo(result.windows()).isNotEmpty();
        assertThat(counted[0])
                .isEqualTo(result.frames())
                .isEqualTo(result.latency().getTotalCount());
        assertThat(seen).isNotEmpty();
        assertThat(seen.get(seen.size() - 1).fraction()).isEqualTo(1);
    }

    @Test
    void shouldCountLatencyFromWhenAFrameWasDue() throws Exception {
        // All are due within 10 µs, which is beyond any machine: the last one is late by all the time it took.
        WorkloadResult result = run(WorkloadKind.CHANNEL, draft -> draft.policy(ChannelPolicy.MEMORY)
                .events(10_000)
                .batch(1)
                .rate(1_000_000_000L));

        assertThat(result.faults()).isEmpty();
        assertThat(result.behind()).isZero();
        assertThat(result.latencyMicros(100)).isGreaterThan((result.nanos() - 10_000) / 1e3 * 0.99);
    }

    @Test
    void shouldTellWhatWasDueAndCouldNotBePut() throws Exception {
        WorkloadResult result = run(WorkloadKind.CHANNEL, draft -> draft.policy(ChannelPolicy.MEMORY)
                .duration(Duration.ofMillis(20))
                .batch(1)
                .rate(1_000_000_000L));

        assertThat(result.faults()).isEmpty();
        assertThat(result.behind()).isPositive();
        assertThat(result.behind() + result.events()).isEqualTo(20_000_000L);
    }

    @Test
    void shouldKeepARateThatIsPossible() throws Exception {
        WorkloadResult result = run(WorkloadKind.CHANNEL, draft -> draft.policy(ChannelPolicy.MEMORY)
                .events(2_000)
                .producers(2)
                .rate(10_000));

        assertThat(result.faults()).isEmpty();
        assertThat(result.behind()).isZero();
        assertThat(result.events()).isEqualTo(2_000);
        // The last of 20 frames is due after 190 ms.
        assertThat(result.seconds()).isGreaterThanOrEqualTo(0.18);
    }

    @Test
    void shouldNotBeFasterThanTheRateWithFewFrames() throws Exception {
        WorkloadResult result = run(
                WorkloadKind.CHANNEL,
                draft -> draft.policy(ChannelPolicy.MEMORY).events(40).rate(200));

        assertThat(result.faults()).isEmpty();
        assertThat(result.frames()).as("of what is due in 100 ms").isEqualTo(2);
        assertThat(result.eventsPerSecond()).isPositive().isLessThanOrEqualTo(200.001);
        assertThat(result.windows().stream().mapToLong(Window::nanos).sum()).isEqualTo(result.nanos());
    }

    @Test
    void shouldRefuseAFolderThatIsNone() throws Exception {
        Path file = Files.createFile(folder.resolve("file"));
        BenchSettings settings = settings(WorkloadKind.WAL, draft -> draft.folder(file));
        assertThatThrownBy(() -> Workload.of(settings).run(() -> false, WorkloadListener.NONE))
                .isInstanceOf(NotMeasurableException.class)
                .hasMessageStartingWith("dir: " + file + ": no such folder (expected: ");
    }

    @Test
    void shouldHaveAResultOfWhatWasDoneWhenItIsStopped() throws Exception {
        BenchSettings settings = settings(WorkloadKind.CHANNEL, draft -> draft.duration(Duration.ofMinutes(10)));
        long[] done = new long[1];
        WorkloadResult result = Workload.of(settings).run(() -> done[0] > 0, progress -> done[0] = progress.events());

        assertThat(result.stopped()).isTrue();
        assertThat(result.events()).isPositive();
        assertThat(result.faults()).isEmpty();
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void shouldRefuseToMeasureSyncsInMemory() throws Exception {
        Path memory = Path.of("/dev/shm");
        Assumptions.assumeTrue(
                Files.isDirectory(memory) && Files.getFileStore(memory).type().equals("tmpfs"));
        BenchSettings settings = settings(WorkloadKind.WAL, draft -> draft.folder(memory));
        assertThatThrownBy(() -> Workload.of(settings).run(() -> false, WorkloadListener.NONE))
                .isInstanceOf(NotMeasurableException.class)
                .hasMessageContaining("tmpfs")
                .hasMessageContaining("sync = never");
    }

    private WorkloadResult run(WorkloadKind kind, Consumer<BenchSettings.Draft> changes) throws Exception {
        return Workload.of(settings(kind, changes)).run(() -> false, WorkloadListener.NONE);
    }

    /** Small ones. */
    private BenchSettings settings(WorkloadKind kind, Consumer<BenchSettings.Draft> changes) {
        return BenchSettings.of(kind)
                .with(draft -> draft.duration(Duration.ofSeconds(20))
                        .warmUp(Duration.ZERO)
                        .size(64)
                        .batch(BATCH)
                        .folder(folder))
                .with(changes);
    }
}
