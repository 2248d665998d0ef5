package io.headrace.tools.bench;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A workload, measured several times, each time anew.
 *
 * @param settings of all rounds together: their events and duration are divided among the rounds
 * @param wantedRounds how many were asked for
 * @param rounds those that were measured
 * @param stopped whether it was stopped before its end
 * @param fileSystem of the logs, as the system names it; null where nothing is written
 */
public record BenchReport(
        BenchSettings settings, int wantedRounds, List<WorkloadResult> rounds, boolean stopped, String fileSystem) {
    public BenchReport {
        rounds = List.copyOf(rounds);
    }

    public List<Figure> figures() {
        return Figure.allOf(rounds);
    }

    /** Whether nothing was lost, doubled, damaged or out of order in any round. */
    public boolean sound() {
        return rounds.stream().allMatch(WorkloadResult::sound);
    }

    public long events() {
        return rounds.stream().mapToLong(WorkloadResult::events).sum();
    }

    public long frames() {
        return rounds.stream().mapToLong(WorkloadResult::frames).sum();
    }

    public double seconds() {
        return rounds.stream().mapToDouble(WorkloadResult::seconds).sum();
    }

    /** Events that were due and not put: the rate was not kept. */
    public long behind() {
        return rounds.stream().mapToLong(WorkloadResult::behind).sum();
    }

    /** What must be the same for figures to be compared, by name; settings of the workload and the machine. */
    public Map<String, String> conditions() {
        Map<String, String> all = new LinkedHashMap<>();
        all.put("size", Integer.toString(settings.size()));
        all.put("batch", Integer.toString(settings.batch()));
        all.put("frameEvents", Integer.toString(settings.frameEvents()));
        all.put("producers", Integer.toString(settings.producers()));
        all.put("inFlight", Integer.toString(settings.inFlightFrames()));
        all.put("rate", Long.toString(settings.rate()));
        if (settings.kind() != WorkloadKind.WAL) {
            all.put("channel", settings.policy().name().toLowerCase(Locale.ROOT));
            all.put("capacity", Long.toString(settings.capacity()));
            all.put("byteCapacity", Long.toString(settings.byteCapacity()));
        }
        all.put("frameBytes", Integer.toString(settings.frameBytes()));
        if (settings.hasLog()) {
            all.put("sync", settings.syncMode().toString());
            all.put("appender", settings.appenderMode().name().toLowerCase(Locale.ROOT));
            all.put("groupBytes", Integer.toString(settings.groupBytes()));
            all.put("fileSystem", fileSystem);
        }
        all.put("waitStrategy", settings.waitStrategy().name().toLowerCase(Locale.ROOT));
        if (settings.kind().hasLink()) {
            all.put("window", Long.toString(settings.window()));
            all.put("connections", Integer.toString(settings.connections()));
        }
        all.put("java", System.getProperty("java.version"));
        all.put(
                "system",
                System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
                        + System.getProperty("os.arch"));
        all.put("processors", Integer.toString(Runtime.getRuntime().availableProcessors()));
        return all;
    }
}
