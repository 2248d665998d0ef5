package io.headrace.benchmarks;

import io.headrace.engine.source.taildir.TaildirSource;
import io.headrace.tools.bench.BenchmarkContext;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * TAILDIR reading a file that is in the page cache: reads blocks, finds lines, builds frames. An operation is a line;
 * opening the source and stopping it are not timed. Frames go nowhere.
 */
@State(Scope.Thread)
public class LineSplittingBenchmark extends AbstractHeadraceBenchmark {
    private static final int DISTINCT_LINES = 10_000;
    private static final int COPIES = 20;
    private static final int LINES = DISTINCT_LINES * COPIES;

    @Param({"128", "512"})
    public int lineBytes;

    @Param({"strip", "keep"})
    public String lineEnding;

    private BenchmarkFolder folder;
    private Path input;
    private long passes;

    private CountingProcessor processor;
    private BenchmarkContext context;
    private TaildirSource source;

    @Setup
    public void writeInput() throws IOException {
        folder = new BenchmarkFolder("line-splitting");
        input = folder.path().resolve("input.log");
        ByteBuffer lines = new GeneratedLines(1, DISTINCT_LINES, lineBytes).bytes();
        try (FileChannel file = FileChannel.open(input, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            for (int i = 0; i < COPIES; i++) {
                lines.rewind();
                while (lines.hasRemaining()) {
                    file.write(lines);
                }
            }
        }
    }

    @Setup(Level.Invocation)
    public void open() throws IOException {
        processor = new CountingProcessor();
        context = BenchmarkContext.ofSource(
                "r",
                Map.of(
                        "filegroups",
                        "g",
                        "filegroups.g",
                        input.toAbsolutePath().toString(),
                        "positionFile",
                        folder.path()
                                .resolve("positions-" + passes++)
                                .toAbsolutePath()
                                .toString(),
                        "lineEnding",
                        lineEnding,
                        "batchSize",
                        "1000"),
                processor);
        source = new TaildirSource(context);
        source.start();
    }

    @Benchmark
    @OperationsPerInvocation(LINES)
    public long split() throws IOException {
        while (processor.events() < LINES) {
            source.poll();
        }
        return processor.events();
    }

    @TearDown(Level.Invocation)
    public void checkWork() {
        source.stop();
        context.checkFailure();
        context.close();
        check("events", processor.events(), LINES);
        check(
                "bytes of bodies",
                processor.bodyBytes(),
                (long) LINES * (lineEnding.equals("keep") ? lineBytes + 1 : lineBytes));
    }

    @TearDown
    public void remove() throws IOException {
        checkSome("passes", passes);
        folder.close();
    }
}
