/**
 * Measures the installed product: workloads that move events through the real channel, log and link, and verify that they
 * did. Independent of the command line; {@code headrace bench} uses it. ({@code headrace tune} does
 * not: what it tries has to be an agent, made from the properties that it recommends.)
 *
 * <pre>{@code
 * BenchSettings settings = BenchSettings.of(WorkloadKind.PIPELINE)
 *         .with(draft -> draft.duration(Duration.ofSeconds(2)).batch(500).folder(Path.of("/var/lib/a1")));
 * WorkloadResult result = Workload.of(settings).run(() -> false, WorkloadListener.NONE);
 * result.eventsPerSecond();       // also megabytesPerSecond(), cpuSecondsPerMillion()
 * result.latencyMicros(99);       // of frames, from when they were due to when the last sink had verified them
 * result.windows();               // parts of `interval` each, to estimate noise from
 * result.sound();                 // false: result.faults() says what was lost, doubled, damaged or out of order
 * }</pre>
 *
 * <p>{@link io.headrace.tools.bench.BenchSettings} start from the product's defaults; a value that cannot be throws {@link
 * java.lang.IllegalArgumentException} as {@code name: value (expected: ...)}. {@code sync} and {@code appender} are null for
 * the product's choice, which {@code syncMode()} and {@code appenderMode()} tell. {@code events} and {@code duration} both
 * limit; {@code warmUp} comes before and is not counted.
 *
 * <p>A workload runs once, on the caller's thread, with threads of its own that end with it. It makes a folder in {@code
 * folder} where there is a log, and removes it, whatever happens. It ends early when the {@code stop} that it was given says
 * true (asked every 50 ms), and then has a result of what was done. What fails throws; tmpfs is refused with {@link
 * io.headrace.tools.bench.NotMeasurableException} where syncs are measured.
 *
 * <p>One run after the other in one process is fine; the first ones are slower while Java compiles, so warm up longer
 * there. A log is new in each run: its first segments have to be filled, which half a second of warm-up leaves behind.
 */
package io.headrace.tools.bench;
