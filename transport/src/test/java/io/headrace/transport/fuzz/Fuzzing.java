package io.headrace.transport.fuzz;

import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;

/**
 * Runs cases, each from a seed of its own: {@code -Dfuzz.cases=N} so many instead of the few of the default build, from
 * {@code -Dfuzz.seed=N} on; with 1 case that replays it. And changes bytes in the ways that get furthest into a decoder.
 */
public final class Fuzzing {
    private static final long TELL_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final int MOST_CHANGES = 4;
    private static final int MOST_ADDED = 20;

    private Fuzzing() {}

    /** @return how many cases there were */
    public static long run(long few, LongConsumer each) {
        long first = Long.getLong("fuzz.seed", 1);
        long cases = Long.getLong("fuzz.cases", few);
        long begun = System.nanoTime();
        long told = begun;
        for (long seed = first; seed < first + cases; seed++) {
            try {
                each.accept(seed);
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("seed " + seed + " (again with -Dfuzz.cases=1 -Dfuzz.seed=" + seed + ")", e);
            }
            if (System.nanoTime() - told > TELL_NANOS) {
                told = System.nanoTime();
                System.err.printf("%,d of %,d cases%n", seed - first + 1, cases);
            }
        }
        System.out.printf("%,d cases from seed %d in %.1f s%n", cases, first, (System.nanoTime() - begun) / 1e9);
        return cases;
    }

    /** A changed copy: bits turned over, bytes and numbers set, a part repeated, put in or taken out, another length. */
    public static byte[] mutant(byte[] golden, Random random) {
        byte[] mutant = golden.clone();
        for (int changes = 1 + random.nextInt(MOST_CHANGES); changes > 0; changes--) {
            int at = random.nextInt(random.nextBoolean() ? Math.min(200, mutant.length) : mutant.length);
            switch (random.nextInt(8)) {
                case 0, 1 -> mutant[at] ^= (byte) (1 << random.nextInt(Byte.SIZE));
                case 2 -> mutant[at] = (byte) random.nextInt();
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
