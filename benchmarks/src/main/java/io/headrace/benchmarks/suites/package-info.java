/**
 * The driver behind {@code benchmarks/run}: suites, their contestants, rounds in alternation, results and floors, as
 * {@code benchmarks/SUITES.md} says.
 */
package io.headrace.benchmarks.suites;
