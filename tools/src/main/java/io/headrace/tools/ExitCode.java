package io.headrace.tools;

/** What the command's exit codes mean. */
public final class ExitCode {
    /** Done. */
    public static final int OK = 0;
    /** Failed. */
    public static final int FAILED = 1;
    /** Damage, loss or duplicates found. */
    public static final int INTEGRITY = 2;
    /** Not understood what was asked for. */
    public static final int USAGE = 64;
    /** The configuration cannot be used. */
    public static final int CONFIGURATION = 78;

    private ExitCode() {}
}
