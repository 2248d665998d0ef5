package io.headrace.tools;

import java.io.PrintWriter;
import java.util.Map;

/**
 * Says who ends the process when something in it calls {@link System#exit} before the command is done: a plug-in or a
 * library, which would take an agent away without a word. Nothing is said when a signal ends it. What happens after {@link
 * #end()} is the command's own.
 */
final class UnaskedExit {
    private final PrintWriter err;
    private volatile boolean ended;

    private UnaskedExit(PrintWriter err) {
        this.err = err;
    }

    /** Watches from now on. */
    static UnaskedExit watch(PrintWriter err) {
        UnaskedExit watch = new UnaskedExit(err);
        Runtime.getRuntime().addShutdownHook(new Thread(watch::tell, "unasked-exit"));
        return watch;
    }

    private void tell() {
        if (ended) {
            return;
        }
        for (Map.Entry<Thread, StackTraceElement[]> thread :
                Thread.getAllStackTraces().entrySet()) {
            StackTraceElement caller = caller(thread.getValue());
            if (caller != null) {
                err.println(
                        "headrace: System.exit was called by " + caller.getClassName() + "." + caller.getMethodName()
                                + "(" + caller.getFileName() + ":" + caller.getLineNumber() + ") in thread "
                                + thread.getKey().getName() + ": ended at once, without stopping in order");
            }
        }
    }

    /** Who called {@code exit}; null when this thread did not. */
    private static StackTraceElement caller(StackTraceElement[] stack) {
        boolean exits = false;
        for (StackTraceElement call : stack) {
            boolean exit = call.getMethodName().equals("exit")
                    && (call.getClassName().equals("java.lang.System")
                            || call.getClassName().equals("java.lang.Runtime"));
            if (exits && !exit) {
                return call;
            }
            exits |= exit;
        }
        return null;
    }

    /** What ends the process from now on is the command's own. */
    void end() {
        ended = true;
    }
}
