package io.headrace.engine.agent;

import io.headrace.wal.DiskFullException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** What a failure means to who reads about it, and to the agent. */
public final class Failures {
    private static final String DEVICE_ERROR = "Input/output error";
    private static final int MOST_CAUSES = 4;

    private Failures() {}

    /** One line that says what failed and where, without names of classes where the message speaks for itself. */
    public static String describe(Throwable failure) {
        StringBuilder line = new StringBuilder(one(failure));
        Throwable cause = failure.getCause();
        for (int count = 0; cause != null && count < MOST_CAUSES; count++) {
            String text = one(cause);
            if (line.indexOf(text) < 0 && (cause.getMessage() == null || line.indexOf(cause.getMessage()) < 0)) {
                line.append("; caused by ").append(text);
            }
            cause = cause.getCause();
        }
        return line.toString();
    }

    private static String one(Throwable failure) {
        String message = failure.getMessage();
        if (failure instanceof NoSuchFileException missing) {
            return missing.getFile() + ": no such file or folder";
        } else if (failure instanceof AccessDeniedException denied) {
            return denied.getFile() + ": permission denied";
        } else if (failure instanceof FileAlreadyExistsException exists && exists.getReason() == null) {
            return exists.getFile() + ": is there already (expected: a folder or nothing)";
        }
        boolean speaks = failure instanceof IOException
                || failure.getClass().getName().startsWith("io.headrace.")
                || failure instanceof IllegalStateException
                || failure instanceof IllegalArgumentException;
        if (message == null || message.isBlank()) {
            return failure.getClass().getSimpleName();
        }
        return speaks ? message : failure.getClass().getSimpleName() + ": " + message;
    }

    /**
     * Whether what failed may be put right from outside without harm to what is on disk: a folder that cannot be used, a
     * lock that somebody else holds, a full disk. A device that fails is none of these.
     */
    static boolean mayPass(Throwable failure) {
        if (failure instanceof DiskFullException) {
            return true;
        }
        return failure instanceof FileSystemException file && !DEVICE_ERROR.equals(file.getReason());
    }

    /**
     * Whether the virtual machine as a whole is in doubt: any thread may have lost its work half-way. An overflowing stack
     * is its thread's own affair.
     */
    static boolean isOfMachine(Throwable failure) {
        return failure instanceof VirtualMachineError && !(failure instanceof StackOverflowError);
    }
}
