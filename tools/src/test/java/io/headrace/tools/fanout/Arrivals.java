package io.headrace.tools.fanout;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What came of growing files at collectors that take over from each other. */
final class Arrivals {
    private Arrivals() {}

    /**
     * Fails when a line did not arrive anywhere, or twice at one collector.
     *
     * @return how many lines arrived at another collector again
     */
    static long check(GrowingFiles files, List<RolledOutput> collectors) throws IOException {
        Map<String, boolean[]> anywhere = perLine(files);
        long doubled = 0;
        for (RolledOutput collector : collectors) {
            Map<String, boolean[]> here = perLine(files);
            for (RolledOutput.Line line : collector.bytes() == 0 ? List.<RolledOutput.Line>of() : collector.lines()) {
                boolean[] ofFile = here.get(line.file());
                assertThat(ofFile[line.number()])
                        .as("twice at one collector: %s", line)
                        .isFalse();
                ofFile[line.number()] = true;
                doubled += anywhere.get(line.file())[line.number()] ? 1 : 0;
                anywhere.get(line.file())[line.number()] = true;
            }
        }
        anywhere.forEach((file, lines) -> {
            for (int i = 0; i < lines.length; i++) {
                assertThat(lines[i]).as("line %d of %s arrived", i, file).isTrue();
            }
        });
        return doubled;
    }

    private static Map<String, boolean[]> perLine(GrowingFiles files) {
        Map<String, boolean[]> lines = new HashMap<>();
        for (int file = 0; file < GrowingFiles.NAMES.size(); file++) {
            lines.put(GrowingFiles.NAMES.get(file), new boolean[files.lines(file)]);
        }
        return lines;
    }
}
