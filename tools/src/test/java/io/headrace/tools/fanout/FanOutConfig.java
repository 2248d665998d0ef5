package io.headrace.tools.fanout;

import java.nio.file.Path;
import java.util.List;

/** The configuration of an agent in which each selector fans the same files out into two channels of its own. */
final class FanOutConfig {
    private static final String OF_A_SELECTOR = """

            a1.sources.@S@.type = TAILDIR
            a1.sources.@S@.channels = @S@-1 @S@-2@FULL@
            a1.sources.@S@.filegroups = a b c
            a1.sources.@S@.filegroups.a = @DIR@/in/a
            a1.sources.@S@.filegroups.b = @DIR@/in/b
            a1.sources.@S@.filegroups.c = @DIR@/in/c
            a1.sources.@S@.headers.a.to = first
            a1.sources.@S@.headers.b.to = second
            a1.sources.@S@.headers.c.to = both
            a1.sources.@S@.positionFile = @DIR@/@S@.json
            a1.sources.@S@.selector.type = @S@
            """;

    private static final String OF_A_CHANNEL = """

            a1.channels.@C@.type = file
            a1.channels.@C@.capacity = 30000
            a1.channels.@C@.dataDirs = @DIR@/@C@-log
            a1.channels.@C@.maxEventBytes = 262144
            a1.channels.@C@.maxFileSize = 2097152
            a1.channels.@C@.minimumRequiredSpace = 1048576
            a1.sinks.@C@.type = file_roll
            a1.sinks.@C@.channel = @C@
            a1.sinks.@C@.sink.directory = @DIR@/@C@
            a1.sinks.@C@.sink.rollInterval = 1
            """;

    private static final String OF_REPLICATING = """
            a1.sources.replicating.selector.optional = full
            a1.channels.full.type = memory
            a1.channels.full.capacity = 10
            a1.channels.full.transactionCapacity = 10
            """;

    private static final String OF_MULTIPLEXING = """
            a1.sources.multiplexing.selector.header = to
            a1.sources.multiplexing.selector.mapping.first = multiplexing-1
            a1.sources.multiplexing.selector.mapping.second = multiplexing-2
            a1.sources.multiplexing.selector.default = multiplexing-1 multiplexing-2
            """;

    private static final String OF_LOAD_BALANCING = """
            a1.sources.load_balancing.selector.turnBytes = 4096
            """;

    private FanOutConfig() {}

    /** A channel that nothing drains stands beside those of {@code replicating}, optional. */
    static String of(List<String> selectors, Path folder) {
        StringBuilder text = new StringBuilder();
        text.append("a1.sources = ").append(String.join(" ", selectors)).append('\n');
        StringBuilder channels = new StringBuilder();
        for (String selector : selectors) {
            channels.append(' ').append(selector).append("-1 ").append(selector).append("-2");
        }
        boolean full = selectors.contains("replicating");
        text.append("a1.channels =").append(channels).append(full ? " full\n" : "\n");
        text.append("a1.sinks =").append(channels).append('\n');
        for (String selector : selectors) {
            boolean replicating = selector.equals("replicating");
            text.append(OF_A_SELECTOR.replace("@S@", selector).replace("@FULL@", replicating ? " full" : ""));
            text.append(
                    switch (selector) {
                        case "replicating" -> OF_REPLICATING;
                        case "multiplexing" -> OF_MULTIPLEXING;
                        case "load_balancing" -> OF_LOAD_BALANCING;
                        default -> throw new IllegalArgumentException(selector);
                    });
            text.append(OF_A_CHANNEL.replace("@C@", selector + "-1"));
            text.append(OF_A_CHANNEL.replace("@C@", selector + "-2"));
        }
        return text.toString().replace("@DIR@", folder.toString());
    }
}
