package io.headrace.wal;

/** Every file and folder of a log is opened through this, so that a simulated disk can stand in. */
public interface Storage {}
