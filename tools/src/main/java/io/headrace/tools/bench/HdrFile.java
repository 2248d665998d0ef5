package io.headrace.tools.bench;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramLogWriter;

/**
 * A log of histograms, one for each window, as HdrHistogram's tools read it: latencies in nanoseconds, the column of the
 * longest one in milliseconds. Owned by one thread.
 */
public final class HdrFile implements AutoCloseable {
    private static final double NANOS_A_MILLI = 1e6;

    private final Path file;
    private final PrintStream out;
    private final HistogramLogWriter writer;

    private HdrFile(Path file, PrintStream out) {
        this.file = file;
        this.out = out;
        this.writer = new HistogramLogWriter(out);
    }

    /**
     * Begins the file; an old one is replaced.
     *
     * @throws NotMeasurableException when none can be there
     */
    public static HdrFile open(Path file, BenchSettings settings) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (Files.isDirectory(file) || folder == null || !Files.isDirectory(folder)) {
            throw new NotMeasurableException("hdr: " + file + ": "
                    + (Files.isDirectory(file) ? "a folder" : "no file can be made there")
                    + " (expected: a name in a folder that is there)");
        }
        HdrFile opened = new HdrFile(
                file,
                new PrintStream(
                        new BufferedOutputStream(Files.newOutputStream(file)), false, StandardCharsets.US_ASCII));
        opened.writer.outputComment(
                "[headrace bench " + settings.kind().label() + ": latency of frames in nanoseconds]");
        opened.writer.outputLogFormatVersion();
        opened.writer.outputStartTime(System.currentTimeMillis());
        opened.writer.outputLegend();
        return opened;
    }

    /** Adds a window. */
    public void add(Window window, Histogram latencies) {
        double start = window.startMillis() / 1e3;
        writer.outputIntervalHistogram(start, start + window.nanos() / 1e9, latencies, NANOS_A_MILLI);
    }

    @Override
    public void close() throws IOException {
        out.close();
        if (out.checkError()) {
            throw new IOException(file + ": could not be written");
        }
    }
}
