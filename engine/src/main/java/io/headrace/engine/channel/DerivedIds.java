package io.headrace.engine.channel;

/** The producer ids of what is changed or split on the way. */
final class DerivedIds {
    private static final long GAMMA = 0x9E3779B97F4A7C15L;

    private DerivedIds() {}

    /** A hash of the old id, the component's type, its place in the chain and the branch: the same after a replay. */
    static long of(long producerId, String type, int place, long branch) {
        long hash = mix(producerId);
        for (int i = 0; i < type.length(); i++) {
            hash = mix(hash ^ type.charAt(i));
        }
        return mix(mix(hash ^ place) ^ branch);
    }

    /** SplitMix64's finisher. */
    private static long mix(long value) {
        long z = value + GAMMA;
        z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return z ^ z >>> 31;
    }
}
