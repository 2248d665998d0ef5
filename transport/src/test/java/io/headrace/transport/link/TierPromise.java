package io.headrace.transport.link;

import java.util.function.Supplier;

/** What two tiers promise whoever dies and whatever becomes of the wire. A simulation that finds one broken names it. */
enum TierPromise {
    PRESENT("what a sending channel acknowledged is delivered"),
    COMES_ONCE("a frame has one sequence in the receiving channel"),
    SEQUENCE_ONCE("a sequence names one frame for ever"),
    CONTENT("frames have the content that was put, and none comes that was not"),
    ORDER("what a producer made comes in its order"),
    FENCED("R16: of each number of a stream one connection is open"),
    SOUND("nothing is refused but what was changed on its way"),
    ARRIVES("everything is delivered soon after the faults end"),
    RESTS("both sides come to rest when nothing happens"),
    OPENS("a log that was only used, killed and cut off from power opens again"),
    FAILS_FOR_A_REASON("a channel fails only when its process dies"),
    FREES("no memory is left behind");

    private final String says;

    TierPromise(String says) {
        this.says = says;
    }

    /** @throws Broken unless it holds */
    void check(boolean holds, Supplier<String> detail) {
        if (!holds) {
            throw broken(detail.get(), null);
        }
    }

    Broken broken(String detail, Throwable cause) {
        return new Broken(this, detail, cause);
    }

    /** A promise that was not kept. */
    static final class Broken extends AssertionError {
        private static final long serialVersionUID = 1L;

        private Broken(TierPromise promise, String detail, Throwable cause) {
            super(promise + " (" + promise.says + "): " + detail, cause);
        }
    }
}
