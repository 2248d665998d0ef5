package io.headrace.tools.powercut;

import java.util.Locale;

/** What is done to the agent. */
enum Mode {
    /** The disk loses its power while frames come. */
    CUT,
    /** The process gets SIGKILL; the disk lives. */
    KILL,
    /** SIGKILL, started again at once, and the disk loses its power within a second. */
    KILL_RESTART_CUT,
    /** The disk loses its power while the log is being opened after a cut or a kill. */
    CUT_IN_RECOVERY,
    /** System calls on the log fail, or write less than they were asked to; then a cut or a kill. */
    SYNC_ERROR,
    /** All system calls on the log fail from some moment on, until the channel is given up. */
    FAILING_DISK,
    /** The file system fills up; then there is room again, or a sink, or a cut. */
    FULL;

    /** As it is written on the command line. */
    String option() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static Mode of(String option) {
        for (Mode mode : values()) {
            if (mode.option().equals(option)) {
                return mode;
            }
        }
        throw new IllegalArgumentException("--mode: " + option
                + " (expected: cut, kill, kill-restart-cut, cut-in-recovery, sync-error," + " failing-disk or full)");
    }
}
