package io.headrace.engine.channel;

import io.headrace.wal.SimulatedDisk;
import io.headrace.wal.SimulatedDisk.Call;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/** What is done to a simulated disk while a process uses it: calls in which it dies, and calls that fail. */
final class DiskTrouble {
    private static final Set<Call> OFTEN = EnumSet.of(Call.READ, Call.WRITE, Call.WRITE_THROUGH, Call.SYNC);
    private static final Set<Call> RARE = EnumSet.of(Call.DELETE, Call.TRUNCATE);

    /** What a running channel asks for. */
    private static final List<Call> RUNNING = List.of(
            Call.CREATE,
            Call.READ,
            Call.WRITE,
            Call.SYNC,
            Call.MAP,
            Call.RENAME,
            Call.SYNC_FOLDER,
            Call.TRUNCATE,
            Call.TRUNCATE,
            Call.TRUNCATE,
            Call.DELETE,
            Call.DELETE);

    /** What opening one asks for. */
    private static final List<Call> OPENING = List.of(
            Call.CREATE,
            Call.OPEN,
            Call.READ,
            Call.WRITE,
            Call.SYNC,
            Call.MAP,
            Call.RENAME,
            Call.SYNC_FOLDER,
            Call.DELETE,
            Call.LIST,
            Call.LOCK,
            Call.CREATE_FOLDERS);

    private final SimulatedDisk disk;
    private final SplittableRandom random;
    private int passing;
    private String failed;

    DiskTrouble(SimulatedDisk disk, SplittableRandom random) {
        this.disk = disk;
        this.random = random;
    }

    /**
     * While a channel runs, perhaps with writes beside its journal, perhaps with a cursor that reads the log: perhaps it
     * dies in a call, perhaps one fails.
     */
    void plan(boolean beside, boolean cursor) {
        none();
        if (random.nextBoolean()) {
            disk.dieAt(1 + random.nextInt(random.nextBoolean() ? 60 : 200));
        }
        if (random.nextInt(3) == 0) {
            fail(RUNNING, 60);
        } else if (beside && random.nextBoolean()) {
            fail(List.of(Call.WRITE_THROUGH), 20);
        } else if (cursor && random.nextInt(3) == 0) {
            fail(List.of(Call.READ), 20);
        }
        disk.shortTransfers(random.nextInt(3) == 0 ? 8 : 0);
    }

    /** While a channel is opened. */
    void planOpening() {
        none();
        int what = random.nextInt(8);
        if (what < 2) {
            disk.dieAt(1 + random.nextInt(40));
        } else if (what == 2) {
            fail(OPENING, 30);
        }
        disk.shortTransfers(random.nextInt(3) == 0 ? 3 : 0);
    }

    /** From now on everything works. */
    void none() {
        passing = -1;
        failed = null;
        disk.faults((call, path) -> false);
        disk.shortTransfers(0);
    }

    /** The call that failed, or null. */
    String failed() {
        return failed;
    }

    /** Whether the process died. */
    boolean isDead() {
        return disk.isDead();
    }

    private void fail(List<Call> calls, int mostPassing) {
        Call chosen = calls.get(random.nextInt(calls.size()));
        passing = random.nextInt(OFTEN.contains(chosen) ? mostPassing : RARE.contains(chosen) ? 1 : 4);
        disk.faults((call, path) -> call == chosen && fails(call, path));
    }

    private boolean fails(Call call, Path path) {
        boolean fails = passing-- == 0;
        if (fails) {
            failed = call + " of " + path;
        }
        return fails;
    }
}
