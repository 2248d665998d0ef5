package io.headrace.tools;

import io.headrace.frame.EventCursor;
import io.headrace.tools.wal.Amounts;
import io.headrace.tools.wal.EventJson;
import io.headrace.wal.LogWalk;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** Writes the events of a log to a file. */
@Command(
        name = "export",
        description = {
            "Write the events that wait in a log as JSON Lines, bodies that are no UTF-8 in base64, or as they are with a line"
                    + " feed behind each. Nothing is taken out of the log.",
            ""
        },
        abbreviateSynopsis = true,
        footerHeading = "%nExamples:%n",
        footer = {
            "  headrace wal export --out waiting.jsonl /var/lib/a1/log",
            "  headrace wal export --raw /var/lib/a1/log | gzip > waiting.gz",
            "",
            "Exit codes: 0 done, 1 cannot be read, 2 damaged, all that holds was written, 64 usage."
        },
        exitCodeOnInvalidInput = ExitCode.USAGE)
final class WalExportCommand implements Callable<Integer> {
    private static final int BUFFER_BYTES = 256 * 1024;

    @ParentCommand
    private WalCommand wal;

    @Mixin
    private WalCommand.Target target;

    @Mixin
    private WalEvents events;

    @Option(names = "--raw", description = "Bodies as they are, a line feed behind each.")
    private boolean raw;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            defaultValue = "-",
            description = "Where to, - for standard output (default: ${DEFAULT-VALUE}). An old file is replaced.")
    private String out;

    @Override
    public Integer call() throws IOException {
        events.check();
        return wal.with(target, place -> {
            Progress progress = new Progress(wal.console());
            int code;
            try (OutputStream to = new BufferedOutputStream(open(), BUFFER_BYTES);
                    EventJson lines = EventJson.to(to)) {
                code = events.walk(wal, place, false, new WalEvents.Sink() {
                    @Override
                    public void write(LogWalk walk, EventCursor event) throws IOException {
                        if (raw) {
                            to.write(event.body());
                            to.write('\n');
                        } else {
                            lines.write(walk, event);
                        }
                    }

                    @Override
                    public boolean frameDone(LogWalk walk) {
                        draw(progress, walk);
                        return true;
                    }
                });
            } catch (IOException e) {
                if (StandardOutput.isReaderGone(e)) {
                    return ExitCode.FAILED;
                }
                throw e;
            } finally {
                progress.clear();
            }
            wal.console().err().println(Amounts.of(events.events(), "event") + " exported");
            return code;
        });
    }

    private void draw(Progress progress, LogWalk walk) {
        if (progress.isDue()) {
            progress.draw(
                    Math.min(1, walk.bytesRead() / (double) Math.max(1, walk.bytesToRead())),
                    Amounts.of(events.events(), "event"));
        }
    }

    private OutputStream open() throws IOException {
        return out.equals("-")
                ? new Named("standard output", new FileOutputStream(FileDescriptor.out), false)
                : new Named(out, new FileOutputStream(out), true);
    }

    /** A file that names itself where it cannot be written, unless its reader, such as head, has gone. */
    private static final class Named extends OutputStream {
        private final String name;
        private final FileOutputStream file;
        private final boolean closes;

        Named(String name, FileOutputStream file, boolean closes) {
            this.name = name;
            this.file = file;
            this.closes = closes;
        }

        @Override
        public void write(int one) throws IOException {
            write(new byte[] {(byte) one}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            try {
                file.write(bytes, offset, length);
            } catch (IOException e) {
                throw StandardOutput.isReaderGone(e) ? e : new IOException(name + ": " + e.getMessage(), e);
            }
        }

        @Override
        public void close() throws IOException {
            if (closes) {
                file.close();
            }
        }
    }
}
