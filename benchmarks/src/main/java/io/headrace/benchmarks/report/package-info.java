/** The report of {@code benchmarks/run}: one HTML file with its plots, made without libraries and read without a network. */
package io.headrace.benchmarks.report;
