package io.headrace.tools.tune;

import java.util.Comparator;
import java.util.List;

/**
 * What the disk did, see {@link DiskProbe}. Immutable.
 *
 * @param rows by appender, then by size of group; empty when nothing was measured
 */
record DiskSpeed(List<Row> rows) {
    /**
     * Groups of one size.
     *
     * @param p50Micros of writing and syncing one
     */
    record Row(String appender, int groupBytes, double bytesPerSecond, double p50Micros, double p99Micros) {}

    DiskSpeed {
        rows = List.copyOf(rows);
    }

    /** The row; null when it was not measured. */
    Row row(String appender, int groupBytes) {
        return rows.stream()
                .filter(row -> row.appender().equals(appender) && row.groupBytes() == groupBytes)
                .findFirst()
                .orElse(null);
    }

    /**
     * Most bytes a second in synced groups of so many bytes, between what was measured for smaller and for larger ones; 0
     * when that is not known.
     */
    double ceiling(String appender, double groupBytes) {
        List<Row> own = rows.stream()
                .filter(row -> row.appender().equals(appender))
                .sorted(Comparator.comparingInt(Row::groupBytes))
                .toList();
        if (own.isEmpty()) {
            return 0;
        }
        Row below = own.get(0);
        for (Row above : own) {
            if (above.groupBytes() >= groupBytes) {
                double span = Math.log((double) above.groupBytes() / below.groupBytes());
                double part = span == 0 ? 0 : Math.max(0, Math.log(groupBytes / below.groupBytes())) / span;
                return below.bytesPerSecond() + part * (above.bytesPerSecond() - below.bytesPerSecond());
            }
            below = above;
        }
        return below.bytesPerSecond();
    }

    /** Most bytes a second in any way; 0 when nothing was measured. */
    double fastest() {
        return rows.stream().mapToDouble(Row::bytesPerSecond).max().orElse(0);
    }

    /** Median time of writing and syncing a small group; 0 when that is not known. */
    double smallMicros(String appender) {
        Row row = row(appender, DiskProbe.GROUPS.get(0));
        return row == null ? 0 : row.p50Micros();
    }
}
