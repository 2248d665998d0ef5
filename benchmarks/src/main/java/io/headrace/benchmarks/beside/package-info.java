/**
 * What looking into a log costs the agent that has it open: windows with and without a command in turns ({@link
 * io.headrace.benchmarks.beside.BesideRig}), compared in pairs.
 */
package io.headrace.benchmarks.beside;
