package io.headrace.frame;

import java.nio.charset.StandardCharsets;

/**
 * The producer id of what an interceptor or selector makes of a frame. It depends on the frame's own producer and on
 * where in the configuration the change happens, never on a host or an agent's name, so that it is the same again when
 * the frame is replayed, by whichever collector, and differs between any two places that change the same frame.
 *
 * <p>The hash absorbs, as 64-bit words, the place, the branch, and the component type as its length and its UTF-8 bytes,
 * little-endian, the last word filled with zeros: {@code h = mix(h ^ word)}, beginning with {@code h = mix(old id)}. {@code
 * mix} adds 0x9E3779B97F4A7C15 and finishes as SplitMix64 does (Steele, Lea and Flood, 2014, with Stafford's 13th
 * constants); it is a bijection, so that different old ids never meet at the same place. Safe for any thread.
 */
public final class DerivedProducer {
    private static final long GAMMA = 0x9E37_79B9_7F4A_7C15L;

    private DerivedProducer() {}

    /**
     * The derived id.
     *
     * @param producerId of the frame that is changed, which may be a derived one
     * @param componentType alias or class name of what changes it
     * @param place of the component in the chain, from 0
     * @param branch of the mapping that the frame takes, or a set of them as bits; 0 where nothing is split
     */
    public static long idOf(long producerId, String componentType, int place, long branch) {
        long hash = mix(mix(producerId) ^ place);
        hash = mix(hash ^ branch);
        byte[] type = componentType.getBytes(StandardCharsets.UTF_8);
        hash = mix(hash ^ type.length);
        for (int at = 0; at < type.length; at += Long.BYTES) {
            long word = 0;
            for (int i = Math.min(type.length, at + Long.BYTES) - 1; i >= at; i--) {
                word = word << Byte.SIZE | type[i] & 0xFF;
            }
            hash = mix(hash ^ word);
        }
        return hash;
    }

    private static long mix(long value) {
        long z = value + GAMMA;
        z = (z ^ z >>> 30) * 0xBF58_476D_1CE4_E5B9L;
        z = (z ^ z >>> 27) * 0x94D0_49BB_1331_11EBL;
        return z ^ z >>> 31;
    }
}
