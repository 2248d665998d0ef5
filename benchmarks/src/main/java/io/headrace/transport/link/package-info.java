/** What the suites need of the link's inner parts; everything else of them is in {@code io.headrace.benchmarks}. */
package io.headrace.transport.link;
