package io.headrace.tools.quickstart;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** At how many delivered bytes is killed: spread over the run, each at random within its share. */
final class KillPlan {
    /** What comes after this share of the run goes by too quickly to be hit for certain. */
    private static final double LAST_SHARE = 0.85;

    private KillPlan() {}

    /** The points in rising order, all above 0 and, where there is room, below {@code totalBytes}. */
    static List<Long> points(int kills, long totalBytes, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Long> points = new ArrayList<>();
        for (int index = 0; index < kills; index++) {
            double fraction = LAST_SHARE * (index + 0.1 + 0.7 * random.nextDouble()) / kills;
            points.add(Math.max(1, (long) (totalBytes * fraction)));
        }
        return points;
    }
}
