package io.headrace.engine.config;

/**
 * Implemented by a settings record whose component keeps frames in memory outside the heap, so that all of an agent can be
 * added up before it starts. Asked by the thread that checks; throws nothing.
 */
public interface FrameMemory {
    /**
     * What bounds a component's memory.
     *
     * @param key that sets the bound, as in its {@link Setting}; where nobody wrote it, the agent may lower it
     * @param bytes the bound; 0 for none
     * @param besideBytes taken besides, whatever the key says
     * @param largestBytes one event that is larger than all that is left is taken all the same
     */
    record Bound(String key, long bytes, long besideBytes, long largestBytes) {}

    /** The bound. */
    Bound frameMemory();
}
