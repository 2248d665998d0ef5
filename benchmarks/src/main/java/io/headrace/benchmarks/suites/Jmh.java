package io.headrace.benchmarks.suites;

import java.util.List;
import java.util.Map;

/**
 * A JMH benchmark as a contestant. Immutable.
 *
 * @param include class and method, {@code FrameBenchmark.encode}
 * @param params parameters with their values, words of commands allowed
 * @param options further words for JMH
 * @param allocatedPer what an operation is, of which the allocation is told
 */
public record Jmh(String include, Map<String, String> params, List<String> options, String allocatedPer) {
    /** Fills what may be left out. */
    public Jmh {
        Texts.need("jmh: include", include);
        params = params == null ? Map.of() : Map.copyOf(params);
        options = options == null ? List.of() : List.copyOf(options);
        allocatedPer = allocatedPer == null ? "operation" : allocatedPer;
    }
}
