package io.headrace.transport.chaos;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.SplittableRandom;

/**
 * What happens to one connection, drawn from a seed and the connection's number alone, by how many bytes have passed and
 * not by time: the same choices in each replay.
 *
 * @param refused whether the connection is never made
 * @param toReceiver what strikes on the way to the receiver, in order
 * @param toSender what strikes on the way back, in order
 */
record ChaosPlan(boolean refused, Deque<Strike> toReceiver, Deque<Strike> toSender) {
    private static final Fault[] FAULTS = Fault.values();
    private static final int MOST_BITS_TO_RECEIVER = 21;
    private static final int MOST_BITS_TO_SENDER = 9;
    private static final int MOST_MILLIS = 500;

    /**
     * One fault.
     *
     * @param at how many bytes have passed before
     * @param amount milliseconds, bytes or a bit, as the fault has it
     */
    record Strike(long at, Fault fault, int amount) {}

    /** Nothing happens. */
    static ChaosPlan calm() {
        return new ChaosPlan(false, new ArrayDeque<>(), new ArrayDeque<>());
    }

    /** @param number of the connection, from 0; the first one's fault goes by the seed, so that each has its turn */
    static ChaosPlan of(long seed, int number) {
        SplittableRandom random = new SplittableRandom(seed * 1_000_003 + number);
        ChaosPlan plan = calm();
        Fault first = number == 0 ? FAULTS[Math.floorMod(seed, FAULTS.length)] : any(random);
        if (first == Fault.REFUSE) {
            return new ChaosPlan(true, plan.toReceiver, plan.toSender);
        }
        plan.add(first, random);
        if (random.nextBoolean()) {
            // A slow or halting way first makes room for what comes after it.
            Fault second = any(random);
            if (second != Fault.REFUSE) {
                plan.add(second, random);
            }
        }
        return plan;
    }

    private static Fault any(SplittableRandom random) {
        return FAULTS[random.nextInt(FAULTS.length)];
    }

    private void add(Fault fault, SplittableRandom random) {
        boolean back =
                switch (fault) {
                    case STALL_ACKS -> true;
                    case OLD_LIVES, CUT_SENDER -> false;
                    default -> random.nextInt(3) == 0;
                };
        int bits = 1 + random.nextInt(back ? MOST_BITS_TO_SENDER : MOST_BITS_TO_RECEIVER);
        int amount =
                switch (fault) {
                    case DELAY -> 1 + random.nextInt(15);
                    case TRICKLE -> 1 + random.nextInt(5_000);
                    case FLIP -> random.nextInt(Byte.SIZE);
                    case SKIP -> 1 + random.nextInt(200);
                    default -> 10 + random.nextInt(MOST_MILLIS);
                };
        Deque<Strike> way = back ? toSender : toReceiver;
        long at = random.nextLong(1L << bits);
        way.add(new Strike(way.isEmpty() ? at : way.peekLast().at() + at, fault, amount));
    }
}
