package io.headrace.tools;

/**
 * How an agent is looked at over HTTP.
 *
 * @param bind address to listen on
 * @param port 0 lets the system choose
 * @param nested whether {@code /metrics} has groups, names and numbers where Flume has strings
 */
record Monitoring(String bind, int port, boolean nested) {}
