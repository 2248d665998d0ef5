package io.headrace.benchmarks.peers;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** What a sink does with a body: reads all of it, 8 bytes at a time, and adds up. The same for every peer. */
public final class BodySum {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private BodySum() {}

    /** The sum over a body in an array. */
    public static long of(byte[] body) {
        long sum = 0;
        int whole = body.length & -Long.BYTES;
        for (int i = 0; i < whole; i += Long.BYTES) {
            sum += (long) LONGS.get(body, i);
        }
        for (int i = whole; i < body.length; i++) {
            sum += body[i];
        }
        return sum;
    }
}
