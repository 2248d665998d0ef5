package io.headrace.engine.channel;

import java.util.function.Supplier;

/** What a channel promises whatever dies. A simulation that finds one broken names it. */
enum Promise {
    OPENS("a log that was only used, killed and cut off from power opens again"),
    FAILS_FOR_A_REASON("a channel fails only for what was done to its disk"),
    DAMAGE_IS_DAMAGE("damage is reported where there is some, and a failed call or a torn tail is none"),
    PRESENT("what was acknowledged is there"),
    CONTENT("frames have the content that was put"),
    NOT_INVENTED("nothing comes that was not put"),
    ORDER("frames come in the order of their sequences and of their input"),
    TAKEN_ONCE("a frame is taken once, over whatever streams it comes"),
    COMES_ONCE("what is leased or committed does not come again while the process lives"),
    COMMITTED_FOR_GOOD("what a checkpoint calls committed never comes again"),
    LEASED_WHEN_ACKNOWLEDGED("R3: only acknowledged frames are leased"),
    SEQUENCE_ONCE("R4: a sequence names one frame for ever"),
    DUPLICATE_AFTER_FIRST("R15: a duplicate is acknowledged when its first copy is"),
    TOKENS("a recovered token was committed, and is not older than one that a checkpoint held"),
    POSITIONS("an input goes on where its frames end: not behind what was safe, not above what was put"),
    LEDGER("accepted = delivered + held + dropped, in events, counted once"),
    CURSOR(
            "a named cursor gets every acknowledged frame from where it begins on, and is there until it is dropped or expires"),
    ARRIVES("everything that was put is delivered in the end, by wake-ups alone"),
    RESTS("duty cycles come to rest when nothing happens"),
    ROT("rot in what was synced long ago is reported, or harmless");

    private final String says;

    Promise(String says) {
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

        final Promise promise;

        private Broken(Promise promise, String detail, Throwable cause) {
            super(promise + " (" + promise.says + "): " + detail, cause);
            this.promise = promise;
        }
    }
}
