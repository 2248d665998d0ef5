/**
 * The sink {@code file_roll}: writes events into files of a folder, one output for each value of a header if wanted, and
 * with a channel that keeps tokens each event once, whoever is killed.
 *
 * <p>How data flows: {@link io.headrace.engine.sink.roll.FileRollSink} gets a lease; {@code LeaseWriter} serializes its
 * events into one buffer and writes that into an {@code OutputFile} of the {@code OutputSeries}; the files are synced;
 * the {@code RollToken} that describes them is committed with the lease.
 */
package io.headrace.engine.sink.roll;
