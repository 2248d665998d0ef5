package io.headrace.engine.channel;

/** What the journal does with a log. */
interface LogWriter {
    int round(long nowNanos) throws Exception;

    long acknowledgedOnDisk();

    long durable();

    void stateChanged(long nowNanos);

    int checkpointIfDue(long nowNanos) throws Exception;

    long nanosUntilDue(long nowNanos);

    void kept(long sequence, int events);

    void committed(LeaseImpl lease);

    void tokenSaved(ConsumerImpl consumer, long version);

    void finish() throws Exception;

    void lastCheckpoint() throws Exception;
}
