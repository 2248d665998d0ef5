package io.headrace.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.wal.LogSettings.Appender;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A log over several folders, and folders that are not its own. */
class LogFoldersTest {
    private static final Path A = Path.of("/a");
    private static final Path B = Path.of("/b");
    private static final Path C = Path.of("/c");
    private static final Path CHECKPOINTS = Path.of("/checkpoints");

    private SimulatedDisk storage = new SimulatedDisk();
    private final LogFixture fixture = new LogFixture(5);
    private WriteAheadLog log;
    private long sequence = 1;

    @AfterEach
    void close() throws IOException {
        if (log != null) {
            log.close();
        }
        fixture.close();
    }

    private void open(Path... folders) throws IOException {
        openWith(null, folders);
    }

    private void openWith(Path checkpoints, Path... folders) throws IOException {
        log = null;
        log = WriteAheadLog.open(settings(checkpoints, folders), storage, fixture.clocks);
        sequence = log.nextSequence();
    }

    private static LogSettings settings(Path checkpoints, Path... folders) {
        return new LogSettings(
                List.of(folders),
                checkpoints,
                LogFixture.SMALL_SEGMENT,
                LogFixture.SMALL_FRAME,
                Appender.POSITIONAL,
                0);
    }

    private void fill(int segments) throws IOException {
        for (int i = 0; i < segments * 8; i++) {
            fixture.append(log, sequence, fixture.frame(30_000));
            log.write();
            sequence++;
        }
        log.sync();
        // What a journal keeps up to there (R9).
        log.state().accepted(sequence - 1);
    }

    private void commitAll() {
        log.state().committed().advanceTo(sequence - 1);
    }

    private void stop() throws IOException {
        log.checkpoint();
        log.checkpointAndStop(sequence - 1);
        log.close();
    }

    private void kill() throws IOException {
        storage.kill();
        storage.revive();
        log.close();
    }

    private List<String> everything() throws IOException {
        return LogFixture.readAll(log, 1);
    }

    private long segmentsIn(Path folder) throws IOException {
        return storage.list(folder).stream()
                .filter(name -> Segment.indexOf(name) >= 0)
                .count();
    }

    private static void assertRefused(ThrowingOpen open, String... parts) {
        assertThatThrownBy(open::open).isInstanceOf(IOException.class).satisfies(thrown -> {
            for (String part : parts) {
                assertThat(thrown).hasMessageContaining(part);
            }
        });
    }

    private interface ThrowingOpen {
        void open() throws IOException;
    }

    @Test
    void shouldOpenWhateverTheOrderOfItsFolders() throws IOException {
        openWith(CHECKPOINTS, A, B, C);
        StreamId stream = log.streamId();
        fill(6);
        List<String> before = everything();
        kill();
        openWith(CHECKPOINTS, C, B, A);
        assertThat(log.streamId()).isEqualTo(stream);
        assertThat(everything()).isEqualTo(before);
        kill();
        openWith(CHECKPOINTS, B, A, C);
        assertThat(everything()).isEqualTo(before);
        assertThat(storage.list(A)).contains("identity");
        assertThat(storage.list(B)).doesNotContain("identity");
    }

    @Test
    void shouldFindItsCheckpointWhateverTheOrderOfItsFolders() throws IOException {
        open(A, B);
        fill(3);
        List<String> before = everything();
        kill();
        open(B, A);
        assertThat(everything()).isEqualTo(before);
        assertThat(storage.list(B)).doesNotContain("checkpoint-a");
    }

    @Test
    void shouldTakeAFolderMore() throws IOException {
        open(A);
        fill(3);
        List<String> before = everything();
        kill();
        open(A, B);
        assertThat(everything()).isEqualTo(before);
        fill(4);
        assertThat(segmentsIn(B)).isPositive();
        kill();
        open(A, B);
        assertThat(everything()).hasSize(7 * 8);
    }

    @Test
    void shouldTakeAFolderMoreWhereverItIsKilledAtThat() throws IOException {
        boolean died = true;
        for (int call = 1; died && call < 500; call++) {
            storage = new SimulatedDisk();
            sequence = 1;
            open(A);
            fill(2);
            List<String> before = everything();
            kill();
            storage.dieAt(call);
            try {
                open(A, B);
            } catch (IOException e) {
                assertThat(storage.isDead()).as("%s", e).isTrue();
            }
            died = storage.isDead();
            storage.kill();
            storage.revive();
            if (log != null) {
                log.close();
            }
            open(A, B);
            assertThat(everything()).isEqualTo(before);
            kill();
        }
        assertThat(died).isFalse();
    }

    @Test
    void shouldTakeSeveralFoldersMoreWhereverItIsKilledAtThat() throws IOException {
        boolean died = true;
        for (int call = 1; died && call < 500; call++) {
            storage = new SimulatedDisk();
            storage.dieAt(call);
            try {
                openWith(CHECKPOINTS, A, B, C);
            } catch (IOException e) {
                assertThat(storage.isDead()).as("%s", e).isTrue();
            }
            died = storage.isDead();
            storage.kill();
            storage.revive();
            if (log != null) {
                log.close();
            }
            openWith(CHECKPOINTS, A, B, C);
            kill();
            openWith(CHECKPOINTS, A, B, C);
            kill();
        }
        assertThat(died).isFalse();
    }

    /** The others say whose they are, so that a bad identity must not make strangers of them before they hold anything. */
    @Test
    void shouldOpenANewLogWhoseIdentityIsDamagedWhereverItWasKilledBefore() throws IOException {
        boolean died = true;
        int damaged = 0;
        for (int call = 1; died && call < 500; call++) {
            storage = new SimulatedDisk();
            storage.dieAt(call);
            try {
                open(A, B);
            } catch (IOException e) {
                assertThat(storage.isDead()).as("%s", e).isTrue();
            }
            died = storage.isDead();
            storage.kill();
            storage.revive();
            if (log != null) {
                log.close();
                log = null;
            }
            if (died && storage.exists(A.resolve(LogIdentity.NAME)) && !storage.exists(A.resolve(MemberFile.NAME))) {
                storage.flip(A.resolve(LogIdentity.NAME), 20, 3);
                damaged++;
                open(A, B);
                kill();
            }
        }
        assertThat(damaged).isGreaterThan(3);
    }

    /** The identity comes first: a folder that knows it must not be all that a power cut leaves. */
    @Test
    void shouldOpenANewLogWhereverItWasKilledTwiceBeforeThePowerWasCut() throws IOException {
        boolean died = true;
        for (int first = 1; died && first < 40; first++) {
            for (int second = 1; second < 40; second++) {
                storage = new SimulatedDisk();
                died = diesIn(first, A, B);
                diesIn(second, A, B);
                storage.cutPower(new SplittableRandom(40L * first + second));
                storage.revive();
                open(A, B);
                kill();
            }
        }
        assertThat(died).isFalse();
    }

    private boolean diesIn(int call, Path... folders) throws IOException {
        storage.dieAt(call);
        try {
            open(folders);
        } catch (IOException e) {
            assertThat(storage.isDead()).as("%s", e).isTrue();
        }
        boolean died = storage.isDead();
        storage.kill();
        storage.revive();
        if (log != null) {
            log.close();
            log = null;
        }
        return died;
    }

    /** What a folder shows after a sync of it failed need not be on the disk. */
    @Test
    void shouldNotTrustMemberFilesWhoseFolderCouldNotBeSynced() throws IOException {
        int refused = 0;
        int tried = 0;
        for (int seed = 0; seed < 40; seed++) {
            storage = new SimulatedDisk();
            AtomicInteger syncs = new AtomicInteger(1 + seed % 5);
            storage.faults((call, path) -> call == SimulatedDisk.Call.SYNC_FOLDER && syncs.decrementAndGet() == 0);
            try {
                openWith(CHECKPOINTS, A, B);
                kill();
            } catch (IOException e) {
                refused++;
            }
            storage.faults((call, path) -> false);
            openWith(CHECKPOINTS, A, B);
            if (segmentsIn(A) > 0) {
                // The folder was synced for that.
                log.close();
                continue;
            }
            tried++;
            storage.cutPower(new SplittableRandom(seed));
            storage.revive();
            log.close();
            unmount(B);
            assertRefused(() -> openWith(CHECKPOINTS, A, B), B.toString(), "is its disk mounted?");
        }
        assertThat(refused).isGreaterThan(20);
        assertThat(tried).isGreaterThan(20);
    }

    @Test
    void shouldRefuseToOpenWithoutAFolderAfterAKill() throws IOException {
        open(A, B);
        fill(4);
        kill();
        assertRefused(() -> open(A), "dataDirs: not among [/a] (expected: /b, too)", "not stopped in order");
        open(A, B);
        assertThat(everything()).hasSize(4 * 8);
    }

    @Test
    void shouldNameTheFolderWhoseSegmentsAreMissing() throws IOException {
        open(A, B);
        fill(4);
        stop();
        assertThatThrownBy(() -> open(A))
                .isInstanceOf(LogDamagedException.class)
                .hasMessageContaining(".wal is missing")
                .hasMessageContaining("/b: not among [/a] (expected: /b, too)");
        open(A, B);
        assertThat(everything()).hasSize(4 * 8);
    }

    @Test
    void shouldGoOnWithoutAFolderThatHoldsNothing() throws IOException {
        open(A, B);
        fill(4);
        commitAll();
        while (current().equals(B)) {
            fill(1);
            commitAll();
        }
        stop();
        open(A);
        long first = sequence;
        fill(2);
        assertThat(LogFixture.readAll(log, first)).hasSize(2 * 8);
        kill();
        assertRefused(() -> open(A, B), "/b: was taken away from the log in /a and holds an older state of it");
        open(A);
        assertThat(LogFixture.readAll(log, first)).hasSize(2 * 8);
    }

    /** The folder that takes the next frame. */
    private Path current() throws IOException {
        long highest = -1;
        Path folder = null;
        for (Path one : List.of(A, B)) {
            for (String name : storage.list(one)) {
                if (Segment.indexOf(name) > highest) {
                    try (StorageFile file = storage.open(one.resolve(name), Storage.OpenMode.READ)) {
                        if (SegmentHeader.read(file, one.resolve(name)).link() != null) {
                            highest = Segment.indexOf(name);
                            folder = one;
                        }
                    }
                }
            }
        }
        return folder;
    }

    @Test
    void shouldTellADiskThatIsNotMountedFromAnEmptyFolder() throws IOException {
        open(A, B);
        fill(4);
        kill();
        for (String name : List.copyOf(storage.list(B))) {
            storage.delete(B.resolve(name));
        }
        assertRefused(() -> open(A, B), "/b: empty (expected: the folder as the log left it; is its disk mounted?)");
    }

    @Test
    void shouldRefuseAFolderOfAnotherLogAndLeaveItAlone() throws IOException {
        open(C, B);
        fill(4);
        List<String> others = everything();
        kill();
        List<String> names = new ArrayList<>(storage.list(B));
        assertRefused(() -> open(A, B), "/b: belongs to the log in /c", "an empty folder");
        assertRefused(() -> open(B), "/b: belongs to the log in /c");
        assertRefused(() -> open(B, A), "/b: belongs to the log in /c");
        open(A);
        stop();
        assertRefused(() -> open(B, A, C), "/c: holds the identity of a log of its own");
        assertRefused(() -> open(A, C), "holds the identity of a log of its own");
        assertThat(storage.list(B)).containsAll(names);
        open(C, B);
        assertThat(everything()).isEqualTo(others);
    }

    @Test
    void shouldRefuseACheckpointFolderOfAnotherLog() throws IOException {
        openWith(CHECKPOINTS, A);
        fill(1);
        kill();
        open(C);
        stop();
        assertRefused(() -> openWith(CHECKPOINTS, C), "/checkpoints: belongs to the log in /a");
        assertRefused(() -> open(A), "checkpointDir: /a (expected: /checkpoints, where the checkpoint of this log is");
        openWith(CHECKPOINTS, A);
        assertThat(everything()).hasSize(8);
    }

    /** Both slots are gone, it seems: a repair would give everything out again and begin the ledger anew. */
    @Test
    void shouldNotRepairALogWhoseCheckpointFolderIsNotMounted() throws IOException {
        openWith(CHECKPOINTS, A);
        fill(1);
        kill();
        unmount(CHECKPOINTS);
        assertRefused(() -> openWith(CHECKPOINTS, A), "/checkpoints: no file member", "is its disk mounted?");
        LogPlace place = LogPlace.find(storage, A, null);
        assertThat(place.missing()).containsExactly(CHECKPOINTS.toString());
        assertThatThrownBy(() -> LogRepair.plan(storage, place, "t"))
                .hasMessageContainingAll("/checkpoints: not there", "is the disk mounted?");
        assertThatThrownBy(() -> LogRepair.apply(storage, place, fixture.clocks, "t"))
                .hasMessageContainingAll("/checkpoints: not there", "is the disk mounted?");
        assertThat(LogPlace.find(storage, A, CHECKPOINTS).missing()).isEmpty();
    }

    @Test
    void shouldTakeANewStreamIdWhenAllItsFoldersWereCopied() throws IOException {
        open(A, B);
        StreamId stream = log.streamId();
        fill(4);
        List<String> before = everything();
        kill();
        Path copyOfA = Path.of("/copy/a");
        Path copyOfB = Path.of("/copy/b");
        storage.copyFolder(A, copyOfA);
        storage.copyFolder(B, copyOfB);
        open(copyOfA, copyOfB);
        assertThat(log.streamId()).isNotEqualTo(stream);
        assertThat(everything()).isEqualTo(before);
        kill();
        open(copyOfA, copyOfB);
        assertThat(everything()).isEqualTo(before);
    }

    /** A disk that has no room, and says so or not, as under a quota. */
    private Storage full(Path folder, boolean saysSo) {
        return proxy(Storage.class, storage, (method, path, result) -> {
            if (saysSo && method.equals("usableSpace") && path.equals(folder)) {
                return 0L;
            }
            return path != null && path.startsWith(folder) && result instanceof StorageFile file
                    ? proxy(StorageFile.class, file, (call, none, same) -> {
                        if (call.equals("zero")) {
                            throw new DiskFullException(path + ": No space left on device", null);
                        }
                        return same;
                    })
                    : result;
        });
    }

    private interface Answer {
        Object to(String method, Path path, Object result) throws IOException;
    }

    private static <T> T proxy(Class<T> type, T real, Answer answer) {
        return type.cast(
                Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                    try {
                        Path path = arguments != null && arguments[0] instanceof Path first ? first : null;
                        return answer.to(method.getName(), path, method.invoke(real, arguments));
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                }));
    }

    @ParameterizedTest
    @CsvSource({"/a, true", "/a, false", "/b, true", "/b, false"})
    void shouldOpenANewLogOfWhichOneFolderIsFull(Path full, boolean saysSo) throws IOException {
        log = WriteAheadLog.open(settings(null, A, B), full(full, saysSo), fixture.clocks);
        assertThat(segmentsIn(full)).isZero();
        assertThat(segmentsIn(full.equals(A) ? B : A)).isEqualTo(1);
        fill(2);
        assertThat(segmentsIn(full)).isZero();
    }

    private void damage(Path folder) throws IOException {
        try (StorageFile file = storage.open(folder.resolve(MemberFile.NAME), Storage.OpenMode.WRITE)) {
            file.write(ByteBuffer.wrap(new byte[40]), 20);
        }
    }

    private void unmount(Path folder) throws IOException {
        for (String name : storage.list(folder)) {
            storage.delete(folder.resolve(name));
        }
    }

    @Test
    void shouldOpenWithADamagedMemberFileAndMendIt() throws IOException {
        openWith(CHECKPOINTS, A, B, C);
        fill(6);
        List<String> before = everything();
        for (Path folder : List.of(A, B, CHECKPOINTS)) {
            MemberFile sound = MemberFile.read(storage, folder);
            kill();
            damage(folder);
            openWith(CHECKPOINTS, A, B, C);
            assertThat(everything()).as("with that of %s damaged", folder).isEqualTo(before);
            MemberFile mended = MemberFile.read(storage, folder);
            assertThat(mended.places()).isEqualTo(sound.places());
            assertThat(mended.number()).isEqualTo(sound.number());
        }
    }

    /** Taken for a log of one folder, it would be told that it lost the segments of the others, and be repaired so. */
    @Test
    void shouldNotBeLookedAtWithADamagedMemberFile() throws IOException {
        open(A, B);
        fill(6);
        kill();
        damage(A);
        assertRefused(
                () -> LogPlace.find(storage, A, null),
                A.resolve(MemberFile.NAME).toString(),
                "damaged",
                "expected");
        open(A, B);
        kill();
        assertThat(LogPlace.find(storage, A, null).dataFolders()).containsExactly(A, B);
    }

    @Test
    void shouldMissAFolderAlsoWhereTheMemberFileOfTheHomeIsDamaged() throws IOException {
        open(A, B, C);
        fill(6);
        kill();
        damage(A);
        unmount(C);
        assertRefused(() -> open(A, B, C), C.toString(), "is its disk mounted?");
        unmount(B);
        assertRefused(() -> open(A, B, C), A.resolve(MemberFile.NAME).toString(), "damaged", "expected");
    }

    @Test
    void shouldGoOnWithADamagedMemberFileAloneAfterAnOrderlyStop() throws IOException {
        open(A, B);
        fill(2);
        commitAll();
        stop();
        damage(A);
        unmount(B);
        open(A, B);
        fill(2);
    }

    @Test
    void shouldRefuseAMemberFileOfALaterVersionAndLeaveItAlone() throws IOException {
        open(A, B);
        stop();
        Path member = B.resolve(MemberFile.NAME);
        String text = content(member).replace("headrace-log 1\n", "headrace-log 2\n");
        String checked = text.substring(0, text.lastIndexOf("crc "));
        CRC32C crc = new CRC32C();
        crc.update(checked.getBytes(StandardCharsets.UTF_8));
        String later = checked + "crc " + HexFormat.of().toHexDigits((int) crc.getValue()) + '\n';
        try (StorageFile file = storage.open(member, Storage.OpenMode.WRITE)) {
            file.write(ByteBuffer.wrap(later.getBytes(StandardCharsets.UTF_8)), 0);
        }
        assertThatThrownBy(() -> open(A, B))
                .isInstanceOf(LogVersionException.class)
                .hasMessage(member + ": member format version 2 (expected: 1)");
        assertThat(content(member)).isEqualTo(later);
    }

    private String content(Path path) throws IOException {
        try (StorageFile file = storage.open(path, Storage.OpenMode.READ)) {
            ByteBuffer bytes = ByteBuffer.allocate((int) file.size());
            while (bytes.hasRemaining() && file.read(bytes, bytes.position()) > 0) {
                // Reads may be short.
            }
            return new String(bytes.array(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void shouldRefuseTheSameFolderTwice() {
        assertThatThrownBy(() -> settings(null, A, B, Path.of("/b/")))
                .hasMessage("dataDirs: /b (expected: each folder once)");
    }

    @Test
    void shouldRefuseAFolderThatAnotherLogHasOpen() throws IOException {
        open(A, B);
        WriteAheadLog first = log;
        assertRefused(() -> open(C, B), "/b: locked by");
        log = first;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "log-1",
                "log-12.meta",
                "log-3.meta.tmp",
                "in_use.lock",
                "checkpoint",
                "checkpoint.meta",
                "inflighttakes",
                "inflightputs",
                "queueset",
                "backupComplete"
            })
    void shouldRefuseFoldersOfFlumeByName(String name) throws IOException {
        for (Path folder : List.of(A, B, CHECKPOINTS)) {
            storage.createFolders(folder);
            storage.open(folder.resolve(name), Storage.OpenMode.CREATE).close();
            assertRefused(
                    () -> openWith(CHECKPOINTS, A, B), folder + ": holds " + name + ", a file of Flume's file channel");
            storage.delete(folder.resolve(name));
        }
        openWith(CHECKPOINTS, A, B);
    }

    @Test
    void shouldNameAFolderThatCannotBeMade(@TempDir Path folder) throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        LogSettings settings = settings(null, folder.resolve("good"), file.resolve("bad"));
        assertThatThrownBy(() -> WriteAheadLog.open(settings, new FileStorage(), fixture.clocks))
                .isInstanceOf(FileSystemException.class)
                .hasMessageContaining(file.toString());
    }
}
