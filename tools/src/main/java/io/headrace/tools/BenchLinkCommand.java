package io.headrace.tools;

import io.headrace.tools.bench.BenchSettings;
import io.headrace.tools.bench.WorkloadKind;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Measures the link. */
@Command(
        name = "link",
        description = {
            "Measure the link: a channel in memory, sink and source link over loopback, a channel in memory, a sink that verifies.",
            ""
        },
        abbreviateSynopsis = true,
        footerHeading = "%nExamples:%n",
        footer = {
            "  headrace bench link",
            "  headrace bench link --producers 4 --connections 4",
            "  headrace bench link --window 64k --size 1000",
            "",
            BenchWorkloadCommand.EXIT_CODES
        },
        sortOptions = false,
        exitCodeOnInvalidInput = ExitCode.USAGE)
final class BenchLinkCommand extends BenchWorkloadCommand {
    @Mixin
    private BenchOptions.Channels channels;

    @Mixin
    private BenchOptions.Link link;

    BenchLinkCommand() {
        super(WorkloadKind.LINK);
    }

    @Override
    void apply(BenchSettings.Draft draft) {
        channels.apply(draft);
        link.apply(draft);
    }
}
