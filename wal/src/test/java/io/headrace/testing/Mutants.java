package io.headrace.testing;

import java.util.Arrays;
import java.util.Random;

/** Changes bytes in the ways that get furthest into a decoder. */
public final class Mutants {
    private static final int MOST_CHANGES = 4;
    private static final int MOST_ADDED = 20;

    private Mutants() {}

    /** A changed copy: bits turned over, bytes and numbers set, a part repeated, put in or taken out, another length. */
    public static byte[] of(byte[] golden, Random random) {
        byte[] mutant = golden.clone();
        for (int changes = 1 + random.nextInt(MOST_CHANGES); changes > 0; changes--) {
            int at = random.nextInt(mutant.length);
            switch (random.nextInt(8)) {
                case 0 -> mutant[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> mutant[at] = (byte) random.nextInt();
                case 2 -> mutant[at] = (byte) (random.nextBoolean() ? 0xFF : 0x7F);
                case 3 -> mutant = Arrays.copyOf(mutant, 1 + random.nextInt(mutant.length + MOST_ADDED));
                case 4 -> {
                    int from = random.nextInt(mutant.length);
                    int length = random.nextInt(mutant.length - Math.max(from, at) + 1);
                    System.arraycopy(mutant, from, mutant, at, length);
                }
                case 5 -> mutant = replaced(mutant, at, at, new byte[] {(byte) random.nextInt()});
                case 6 -> {
                    int to = Math.min(mutant.length - 1, at + random.nextInt(MOST_ADDED));
                    mutant = to <= at ? mutant : replaced(mutant, at, to, new byte[0]);
                }
                default -> number(mutant, at, random.nextInt() >> random.nextInt(Integer.SIZE));
            }
        }
        return mutant;
    }

    private static void number(byte[] bytes, int at, int value) {
        for (int i = 0; i < Math.min(Integer.BYTES, bytes.length - at); i++) {
            bytes[at + i] = (byte) (value >> Byte.SIZE * i);
        }
    }

    private static byte[] replaced(byte[] bytes, int from, int to, byte[] by) {
        byte[] result = new byte[bytes.length - (to - from) + by.length];
        System.arraycopy(bytes, 0, result, 0, from);
        System.arraycopy(by, 0, result, from, by.length);
        System.arraycopy(bytes, to, result, from + by.length, bytes.length - to);
        return result;
    }
}
