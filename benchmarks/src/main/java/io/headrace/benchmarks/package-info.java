/**
 * JMH suites of Headrace's parts. Each fixes its conditions through {@link
 * io.headrace.benchmarks.AbstractHeadraceBenchmark} and fails when the work it measured was not done.
 */
package io.headrace.benchmarks;
