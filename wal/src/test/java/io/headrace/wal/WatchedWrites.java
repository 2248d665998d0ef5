package io.headrace.wal;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.TreeMap;

/** Counts the writes to a file, a gathering one as one, and how often each block was written by one buffer. */
final class WatchedWrites implements InvocationHandler {
    private final StorageFile file;
    private final Map<Long, Integer> blocks = new TreeMap<>();
    private int writes;

    WatchedWrites(StorageFile file) {
        this.file = file;
    }

    /** The file, watched. */
    StorageFile watched() {
        return (StorageFile)
                Proxy.newProxyInstance(StorageFile.class.getClassLoader(), new Class<?>[] {StorageFile.class}, this);
    }

    int writes() {
        return writes;
    }

    /** Times each block was written, by its number. */
    Map<Long, Integer> blocks() {
        return blocks;
    }

    @Override
    public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
        if (method.getName().equals("write")) {
            writes++;
            if (arguments[0] instanceof ByteBuffer from) {
                long first = (long) arguments[1] / Storage.BLOCK;
                long end = ((long) arguments[1] + from.remaining() + Storage.BLOCK - 1) / Storage.BLOCK;
                for (long block = first; block < end; block++) {
                    blocks.merge(block, 1, Integer::sum);
                }
            }
        }
        try {
            return method.invoke(file, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
