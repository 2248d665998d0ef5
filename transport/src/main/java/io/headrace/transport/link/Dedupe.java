package io.headrace.transport.link;

/** What a receiving source leaves out beyond what came twice over one stream. */
public enum Dedupe {
    /** Nothing. */
    NONE,
    /** Frames whose producer id and first event number came before, over whatever stream. */
    ORIGIN
}
