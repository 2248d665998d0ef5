package io.headrace.wal;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;

/** Counts what is written to files: calls, a gathering one as one, and how often each block was met by one that is not. */
final class WriteCounter {
    final Map<Long, Integer> blocks = new HashMap<>();
    private int writes;

    int writes() {
        return writes;
    }

    /** The same file, counted. */
    StorageFile of(StorageFile file) {
        return (StorageFile) Proxy.newProxyInstance(
                StorageFile.class.getClassLoader(), new Class<?>[] {StorageFile.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("write")) {
                        writes++;
                        if (arguments[0] instanceof ByteBuffer from) {
                            count((long) arguments[1], from.remaining());
                        }
                    }
                    try {
                        return method.invoke(file, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private void count(long position, int length) {
        for (long block = position / Storage.BLOCK; block * Storage.BLOCK < position + length; block++) {
            blocks.merge(block, 1, Integer::sum);
        }
    }
}
