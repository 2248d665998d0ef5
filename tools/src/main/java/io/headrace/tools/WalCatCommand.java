package io.headrace.tools;

import io.headrace.frame.EventCursor;
import io.headrace.tools.wal.EventJson;
import io.headrace.tools.wal.EventText;
import io.headrace.wal.LogWalk;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** Prints the events of a log. */
@Command(
        name = "cat",
        description = {
            "Print the events that wait in a log, one line each.",
            "Whatever their bodies hold: what is not printable is escaped, a line feed as \\n, a byte that is"
                    + " no UTF-8 as \\xff. Nothing is taken out of the log.",
            ""
        },
        abbreviateSynopsis = true,
        footerHeading = "%nExamples:%n",
        footer = {
            "  headrace wal cat --limit 10 /var/lib/a1/log",
            "  headrace wal cat --follow --where host=web-1 /var/lib/a1/log",
            "  headrace wal cat --from 4097 --json /var/lib/a1/log | jq .headers",
            "",
            "Exit codes: 0 done, 1 cannot be read, 2 damaged, all that holds was printed, 64 usage."
        },
        exitCodeOnInvalidInput = ExitCode.USAGE)
final class WalCatCommand implements Callable<Integer> {
    @ParentCommand
    private WalCommand wal;

    @Mixin
    private WalCommand.Target target;

    @Mixin
    private WalEvents events;

    @Option(names = "--json", description = "One JSON object a line, with sequence, time, input and headers.")
    private boolean json;

    @Option(names = "--hex", description = "Bodies in hexadecimal digits.")
    private boolean hex;

    @Option(names = "--headers", description = "Sequence, time and headers before each body.")
    private boolean headers;

    @Option(names = "--follow", description = "Go on with what comes, until the command is ended.")
    private boolean follow;

    @Override
    public Integer call() throws IOException {
        events.check();
        if (json && (hex || headers)) {
            throw new CommandException(ExitCode.USAGE, "--json with --hex or --headers (expected: one of them)");
        }
        PrintWriter out = wal.console().out();
        return wal.with(target, place -> {
            try (EventJson lines = EventJson.to(out)) {
                int code = events.walk(wal, place, follow, new WalEvents.Sink() {
                    @Override
                    public void write(LogWalk walk, EventCursor event) throws IOException {
                        if (json) {
                            lines.write(walk, event);
                        } else {
                            print(out, walk, event);
                        }
                    }

                    @Override
                    public boolean frameDone(LogWalk walk) throws IOException {
                        lines.flush();
                        // Flushes, too, so that what follows is seen at once and a reader that has gone is noticed.
                        return !out.checkError();
                    }
                });
                out.flush();
                return code;
            }
        });
    }

    private void print(PrintWriter out, LogWalk walk, EventCursor event) {
        if (headers) {
            out.print(EventText.head(walk, event));
        }
        byte[] body = event.body();
        out.println(hex ? EventText.hex(body) : EventText.body(body));
    }
}
