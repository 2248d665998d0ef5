package io.headrace.tools.quickstart;

import java.util.List;
import java.util.Locale;

/** What a run came to. */
record QuickstartLedger(
        QuickstartOptions options,
        String fileSystem,
        int files,
        long bytes,
        LineTally lines,
        List<Kill> kills,
        long elapsedNanos,
        AckLatency ackLatency,
        long agentPeakBytes,
        long collectorPeakBytes,
        List<String> remarks) {
    /** Whether every line arrived once, in order and unchanged. */
    boolean isSound() {
        return lines.equal();
    }

    long killsInFlight() {
        return kills.stream().filter(Kill::inFlight).count();
    }

    long linesPerSecond() {
        return elapsedNanos <= 0 ? 0 : Math.round(lines.delivered() * 1e9 / elapsedNanos);
    }

    private long longestOutageMillis() {
        return kills.stream().mapToLong(Kill::outageNanos).max().orElse(0) / 1_000_000;
    }

    private int wantedKills() {
        return options.victim() == QuickstartOptions.Victim.NONE ? 0 : options.kills();
    }

    /** For people. */
    String text() {
        StringBuilder text = new StringBuilder();
        row(text, "lines read", count(lines.read()));
        row(text, "lines delivered", count(lines.delivered()));
        row(text, "duplicated", count(lines.duplicated()));
        row(text, "lost", count(lines.lost()));
        if (lines.altered() > 0) {
            row(text, "altered", count(lines.altered()));
        }
        row(text, "order kept", lines.inOrder() ? "yes" : "NO");
        row(text, "kills in flight", killsInFlight() + " of " + wantedKills() + victims());
        row(text, "longest outage", kills.isEmpty() ? "none" : seconds(longestOutageMillis() * 1e6));
        row(text, "lines a second", count(linesPerSecond()) + "   (" + seconds(elapsedNanos) + " from start to end)");
        row(text, "acknowledged in", latency());
        row(text, "peak memory", "agent " + mebibytes(agentPeakBytes) + ", collector " + mebibytes(collectorPeakBytes));
        remarks.forEach(remark -> text.append("  ").append(remark).append('\n'));
        return text.append('\n').append(verdict()).append('\n').toString();
    }

    private String verdict() {
        String outputs = files == 1 ? "The output file" : "Each of the " + files + " output files";
        if (isSound()) {
            return outputs + " equals its input byte for byte.";
        }
        return (files == 1 ? "The output file differs from its input: " : "Output differs from input: ")
                + count(lines.lost()) + " lines lost, " + count(lines.duplicated()) + " duplicated, "
                + count(lines.altered()) + " altered" + (lines.inOrder() ? "." : ", order broken.");
    }

    private String victims() {
        return kills.isEmpty()
                ? ""
                : "   (SIGKILL to the " + kills.get(0).victims() + (kills.size() > 1 ? ", each time)" : ")");
    }

    private String latency() {
        if (ackLatency.p50Micros() < 0) {
            return "unknown";
        }
        return "p50 " + millis(ackLatency.p50Micros()) + ", p99 " + millis(ackLatency.p99Micros()) + ", p99.9 "
                + millis(ackLatency.p999Micros());
    }

    /** For programs: one object on one line. */
    String json() {
        StringBuilder json = new StringBuilder("{");
        field(json, "read", lines.read());
        field(json, "delivered", lines.delivered());
        field(json, "duplicates", lines.duplicated());
        field(json, "lost", lines.lost());
        field(json, "altered", lines.altered());
        field(json, "in_order", lines.inOrder());
        field(json, "equal", lines.equal());
        field(json, "kills", wantedKills());
        field(json, "kills_in_flight", killsInFlight());
        field(json, "longest_outage_millis", longestOutageMillis());
        field(json, "events_per_second", linesPerSecond());
        field(json, "elapsed_millis", elapsedNanos / 1_000_000);
        field(json, "ack_p50_micros", ackLatency.p50Micros());
        field(json, "ack_p99_micros", ackLatency.p99Micros());
        field(json, "ack_p999_micros", ackLatency.p999Micros());
        field(json, "agent_peak_bytes", agentPeakBytes);
        field(json, "collector_peak_bytes", collectorPeakBytes);
        field(json, "files", files);
        field(json, "bytes", bytes);
        field(json, "seed", options.seed());
        field(json, "channel", '"' + lower(options.channel()) + '"');
        field(json, "killed", '"' + lower(options.victim()) + '"');
        field(json, "file_system", '"' + fileSystem + '"');
        json.setCharAt(json.length() - 1, '}');
        return json.toString();
    }

    private static void field(StringBuilder json, String name, Object value) {
        json.append('"').append(name).append("\":").append(value).append(',');
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    private static void row(StringBuilder text, String name, String value) {
        text.append(String.format(Locale.ROOT, "  %-18s%s%n", name, value));
    }

    static String count(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    private static String seconds(double nanos) {
        return String.format(Locale.ROOT, "%.2f s", nanos / 1e9);
    }

    private static String millis(long micros) {
        return String.format(Locale.ROOT, "%.1f ms", micros / 1e3);
    }

    private static String mebibytes(long bytes) {
        return bytes == 0 ? "unknown" : (bytes >> 20) + " MiB";
    }
}
