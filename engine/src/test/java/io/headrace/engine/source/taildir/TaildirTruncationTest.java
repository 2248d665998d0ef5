package io.headrace.engine.source.taildir;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Files that are truncated in place, as by logrotate's copytruncate. */
class TaildirTruncationTest extends TailRigTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    @Test
    void shouldCountWhatWasSeenAndDestroyedBeforeItWasRead() throws IOException {
        Path file = rig.write("a.log", "one\ntwo\nunfinished");
        rig.start().poll();
        rewrite(file, "3\n");
        rig.poll();
        assertThat(rig.channel.texts()).containsExactly("one", "two", "3");
        assertThat(rig.count("TruncationCount")).isEqualTo(1);
        assertThat(rig.count("UnreadBytesLostCount")).isEqualTo("unfinished".length());
    }

    @Test
    void shouldCountNothingWhenAllWasRead() throws IOException {
        Path file = rig.write("a.log", "one\ntwo\n");
        rig.start().poll();
        rewrite(file, "");
        rig.poll();
        assertThat(rig.count("TruncationCount")).isEqualTo(1);
        assertThat(rig.count("UnreadBytesLostCount")).isZero();
        rig.write("a.log", "three\n");
        rig.poll();
        assertThat(rig.channel.texts()).containsExactly("one", "two", "three");
    }

    @Test
    void shouldCountWhatWaitedForRoomInTheChannel() throws IOException {
        Path file = rig.write("a.log", "0123456789\n".repeat(1000));
        rig.with("batchSize", "100").start();
        rig.channel.full = true;
        rig.poll();
        rewrite(file, "");
        rig.channel.full = false;
        rig.channel.wake.run();
        rig.poll();
        // The frame that waited was read already, the other 900 lines were seen in the file only.
        assertThat(rig.channel.events).hasSize(100);
        assertThat(rig.count("UnreadBytesLostCount")).isEqualTo(900 * 11);
    }

    @Test
    void shouldCountWhatCameWhileTheChannelHadNoRoom() throws IOException {
        Path file = rig.write("a.log", "0123456789\n".repeat(100));
        rig.with("batchSize", "100").start();
        rig.channel.full = true;
        rig.poll();
        rig.write("a.log", "0123456789\n".repeat(50));
        rig.poll();
        assertThat(rig.metrics.values().get("LagBytes").longValue()).isEqualTo(50 * 11);
        rewrite(file, "");
        rig.poll();
        rig.channel.full = false;
        rig.channel.wake.run();
        rig.poll();
        assertThat(rig.channel.events).hasSize(100);
        assertThat(rig.count("UnreadBytesLostCount")).isEqualTo(50 * 11);
    }

    @Test
    void shouldNoticeFileFilledAgainToTheSameSize() throws IOException {
        Path file = rig.write("a.log", "one\ntwo\n");
        rig.start().poll();
        rewrite(file, "1\n22\n33\n");
        rig.poll();
        assertThat(rig.channel.texts()).containsExactly("one", "two", "1", "22", "33");
        assertThat(rig.count("TruncationCount")).isEqualTo(1);
    }

    @Test
    void shouldNoticeFileFilledAgainToTheSameSizeWhileItWasClosed() throws IOException {
        Path file = rig.write("a.log", "one\ntwo\n");
        rig.start().idle().idle();
        rewrite(file, "1\n22\n33\n");
        rig.poll();
        assertThat(rig.channel.texts()).containsExactly("one", "two", "1", "22", "33");
    }

    @Test
    void shouldNoticeFileFilledAgainToTheSameSizeWhileItWasClosedThoughThatWasAWhileAgo() throws IOException {
        Path file = rig.write("a.log", "one\ntwo\n");
        Files.setLastModifiedTime(file, FileTime.fromMillis(rig.clock.time()));
        rig.start().idle().idle();
        rewrite(file, "1\n22\n33\n");
        Files.setLastModifiedTime(file, FileTime.fromMillis(rig.clock.time()));
        rig.poll();
        assertThat(rig.channel.texts()).containsExactly("one", "two", "1", "22", "33");
        assertThat(rig.count("TruncationCount")).isEqualTo(1);
    }

    @Test
    void shouldNoticeFileThatHasTheSameLinesBeforeThePositionButAnotherBeginning() throws IOException {
        Path file = rig.write("a.log", "begun 1\n" + "tick\n".repeat(100));
        rig.start().poll();
        rewrite(file, "begun 2\n" + "tick\n".repeat(150));
        rig.poll();
        assertThat(rig.channel.events).hasSize(101 + 151);
    }

    @Test
    void shouldNoticeThatAnUnfinishedLineWasReplacedByOneOfTheSameLength() throws IOException {
        Path file = rig.write("a.log", HEADER + "unfin");
        rig.start().poll();
        rewrite(file, HEADER + "a\nb\nc");
        rig.poll();
        rig.write("a.log", "d\n");
        rig.poll();
        assertThat(rig.channel.texts()).containsExactly(HEADER.strip(), "a", "b", "cd");
    }

    @Test
    void shouldTrustATimeOfModificationOnlyWhenItIsOld() throws IOException {
        TailedFile file = new TailedFile(new FileId(1, 2), Path.of("/x"), Map.of(), new OpenFiles(1, null), 0);
        long modified = 5_000_000_000L;
        assertThat(file.sawModification(modified, 5_050)).isTrue();
        assertThat(file.sawModification(modified, 5_200)).isTrue();
        assertThat(file.sawModification(modified, 6_000)).isFalse();
        assertThat(file.sawModification(modified + 1, 7_000)).isTrue();
    }

    @Test
    void shouldKeepReadingWhenTheFileIsOnlyTouched() throws IOException {
        Path file = rig.write("a.log", HEADER + "one\n");
        rig.start().poll();
        Files.setLastModifiedTime(file, FileTime.fromMillis(1));
        rig.poll();
        rig.write("a.log", "two\n");
        rig.poll();
        assertThat(rig.channel.texts()).containsExactly(HEADER.strip(), "one", "two");
        assertThat(rig.count("TruncationCount")).isZero();
    }

    @Test
    void shouldReadWhatWasDestroyedFromTheCopy() throws IOException {
        Path file = rig.write("a.log", HEADER + "one\n");
        // An older copy begins alike, and goes on with what was delivered long ago.
        Path older = rig.logs.resolve("a.log.2");
        Files.writeString(older, HEADER + "one\nold\n");
        Files.setLastModifiedTime(older, FileTime.fromMillis(0));
        rig.start().poll();
        rig.write("a.log", "two\nunfinished");
        Files.copy(file, rig.logs.resolve("a.log.1"));
        rewrite(file, "new\n");
        rig.with("fileHeader", "true").poll();
        rig.channel.makeSafe();
        rig.restart().idle();
        assertThat(rig.channel.texts()).containsExactlyInAnyOrder(HEADER.strip(), "one", "two", "unfinished", "new");
        assertThat(rig.count("UnreadBytesLostCount")).isZero();
        rig.channel.makeSafe();
        rig.restart().idle();
        assertThat(rig.channel.texts()).hasSize(5);
    }

    /** What was read of it is only in memory yet. */
    @Test
    void shouldReadFromTheCopyWhatWasReadAndNotSafeWhenItIsKilled() throws IOException {
        Path file = rig.write("a.log", HEADER + "one\n");
        rig.start().poll();
        Files.copy(file, rig.logs.resolve("a.log.1"));
        rewrite(file, "new\n");
        rig.poll();
        assertThat(rig.channel.texts()).containsExactly(HEADER.strip(), "one", "new");
        rig.channel.keepFirst(0);
        rig.start().poll().poll();
        assertThat(rig.channel.texts()).containsExactlyInAnyOrder(HEADER.strip(), "one", "new");
        assertThat(rig.count("UnreadBytesLostCount")).isZero();
        rig.channel.makeSafe();
        rig.restart().idle();
        assertThat(rig.channel.texts()).hasSize(3);
    }

    @Test
    void shouldNotTakeAnOlderFileThatBeginsAlikeForTheCopy() throws IOException {
        Path older = Files.writeString(rig.logs.resolve("a.log.2"), HEADER + "old\n");
        Files.setLastModifiedTime(older, FileTime.fromMillis(0));
        Path file = rig.write("a.log", HEADER);
        rig.start().poll();
        rewrite(file, "new\n");
        rig.poll().poll();
        assertThat(rig.channel.texts()).containsExactly(HEADER.strip(), "new");
    }

    @Test
    void shouldCountWhatTheCopyGaveAndWhatItLacks() throws IOException {
        Path file = rig.write("a.log", HEADER + "one\nunfinished");
        Files.copy(file, rig.logs.resolve("a.log.1"));
        rig.write("a.log", ", and more");
        rig.start().poll();
        rewrite(file, "");
        rig.poll().idle();
        assertThat(rig.channel.texts()).containsExactly(HEADER.strip(), "one", "unfinished");
        assertThat(rig.count("CopyReadBytesCount")).isEqualTo("unfinished".length());
        assertThat(rig.count("UnreadBytesLostCount")).isEqualTo(", and more".length());
    }

    /** As logrotate does it: each file is copied and truncated before the next one. */
    @Test
    void shouldFindTheCopyThatWasMadeRightAfterThatOfAnotherFile() throws IOException {
        Path first = rig.write("a.log", HEADER + "a1\n");
        Path second = rig.write("b.log", HEADER + "b1\n");
        rig.start().poll();
        rig.write("a.log", "a2\n");
        rig.write("b.log", "b2\n");
        Files.copy(first, rig.logs.resolve("a.log.1"));
        rewrite(first, "");
        rig.poll();
        rig.write("b.log", "b3\n");
        Files.copy(second, rig.logs.resolve("b.log.1"));
        rewrite(second, "");
        rig.clock.advanceMillis(20);
        rig.source.poll();
        rig.poll();
        assertThat(rig.channel.texts()).contains("a2", "b2", "b3");
        assertThat(rig.count("UnreadBytesLostCount")).isZero();
    }

    /** Files that begin alike until they are rotated, and that are seen to be truncated in one look. */
    @Test
    void shouldTakeTheCopyThatIsNamedAsTheFile() throws IOException {
        Path first = rig.write("a.log", HEADER);
        Path second = rig.write("b.log", HEADER);
        rig.with("fileHeader", "true").start().poll();
        rig.write("a.log", "a2\n");
        rig.write("b.log", "b2\n");
        FileTime now = FileTime.fromMillis(rig.clock.time());
        for (Path file : List.of(first, second)) {
            Path copy = Files.copy(file, file.resolveSibling(file.getFileName() + ".1"));
            Files.setLastModifiedTime(copy, now);
            rewrite(file, "");
        }
        // Whichever is looked at first, the other one's copy is not newer.
        rig.poll().poll();
        assertThat(rig.channel.events)
                .filteredOn(event -> event.text().endsWith("2"))
                .extracting(event -> event.text() + " of "
                        + Path.of(event.headers().get("file")).getFileName())
                .containsExactlyInAnyOrder("a2 of a.log", "b2 of b.log");
    }

    /** As one is that is compressed at once. */
    @Test
    void shouldReadTheCopyToItsEndThoughItIsSoonDeleted() throws IOException {
        Path file = rig.write("a.log", HEADER + "one\n");
        rig.start().poll();
        rig.write("a.log", "two\n");
        Path copy = Files.copy(file, rig.logs.resolve("a.log.1"));
        rewrite(file, "");
        rig.clock.advanceMillis(1_000);
        rig.source.poll();
        Files.delete(copy);
        rig.poll();
        assertThat(rig.channel.texts()).containsExactly(HEADER.strip(), "one", "two");
    }

    @Test
    void shouldOpenEachCopyOnceAndGoOnWithOtherFilesHoweverManyAreTruncated() throws IOException {
        int files = 1_500;
        for (int i = 0; i < files; i++) {
            rig.write(i + ".log", "first of " + i + "\n");
        }
        rig.write("other.log", "before\n");
        rig.start().poll();
        for (int i = 0; i < files; i++) {
            Path file = rig.write(i + ".log", "second of " + i + "\n");
            Files.copy(file, rig.logs.resolve(i + ".log.1"));
            rewrite(file, "");
        }
        rig.write("other.log", "after\n");
        rig.clock.advanceMillis(1_000);
        rig.source.poll();
        assertThat(rig.channel.texts()).contains("after");
        assertThat(rig.count("TruncationCount")).isBetween(1L, files / 2L);
        rig.poll().poll();
        assertThat(rig.count("TruncationCount")).isEqualTo(files);
        assertThat(rig.channel.texts()).hasSize(2 * files + 2).doesNotHaveDuplicates();
        // Each once, to see what it begins with, and again after each listing; and each copy to compare it.
        assertThat(rig.source.catalog().comparedFiles()).isLessThanOrEqualTo(6 * files);
    }

    /** More than are begun anew in one look. */
    @Test
    void shouldCountWhatWasDestroyedHoweverManyAreTruncated() throws IOException {
        int files = 600;
        for (int i = 0; i < files; i++) {
            rig.write(i + ".log", "line\nunfinished");
        }
        rig.start().poll();
        for (int i = 0; i < files; i++) {
            rewrite(rig.logs.resolve(i + ".log"), "");
        }
        rig.poll().poll();
        assertThat(rig.count("TruncationCount")).isEqualTo(files);
        assertThat(rig.count("UnreadBytesLostCount")).isEqualTo(files * (long) "unfinished".length());
    }

    /** Where no file may be opened for it. */
    @Test
    void shouldCountWhatWasNotReadOfACopyThatIsGone() throws IOException {
        rig.write("a.log", HEADER + "one\n");
        rig.write("b.log", HEADER + "one\n");
        rig.with("maxOpenFiles", "1").start().poll();
        Map<Path, Path> copies = new LinkedHashMap<>();
        for (String name : List.of("a.log", "b.log")) {
            Path file = rig.write(name, "two\n");
            copies.put(file, Files.copy(file, rig.logs.resolve(name + ".1")));
        }
        for (Path file : copies.keySet()) {
            rewrite(file, "");
        }
        rig.clock.advanceMillis(1_000);
        rig.source.poll();
        for (Path copy : copies.values()) {
            Files.delete(copy);
        }
        rig.poll();
        long delivered = rig.channel.texts().stream().filter("two"::equals).count();
        assertThat(delivered * 4 + rig.count("UnreadBytesLostCount")).isEqualTo(8);
        assertThat(rig.count("CopyReadBytesCount")).isEqualTo(delivered * 4);
    }

    @Test
    void shouldNeverJoinWhatWasDestroyedWithWhatCameAfterIt() throws Exception {
        // Lines of a generation are all alike, those of different ones of different lengths.
        Path file = rig.write("a.log", generation(0));
        rig.with("idleTimeout", "2000000000").start();
        AtomicBoolean writing = new AtomicBoolean(true);
        Future<?> writer = ForkJoinPool.commonPool().submit(() -> {
            for (int i = 1; writing.get(); i++) {
                rewrite(file, "");
                Files.writeString(file, generation(i), StandardOpenOption.APPEND);
            }
            return null;
        });
        try {
            long begun = System.nanoTime();
            // For a second, and on a busy machine until the writer has had its turn.
            while (System.nanoTime() - begun < SECOND || rig.count("TruncationCount") == 0 && !writer.isDone()) {
                rig.clock.advanceMillis(1_000);
                rig.source.poll();
            }
        } finally {
            writing.set(false);
            writer.get();
        }
        assertThat(rig.channel.events.stream().map(RecordingProcessor.Event::text))
                .allMatch(line -> line.matches("<(\\d{6})(-\\1)*>"));
        assertThat(rig.count("TruncationCount")).isPositive();
    }

    private static String generation(int number) {
        String text = String.format("%06d", number);
        return ("<" + text + ("-" + text).repeat(1 + number % 13) + ">\n").repeat(8_000);
    }

    private static void rewrite(Path file, String text) throws IOException {
        Files.writeString(file, text, StandardOpenOption.TRUNCATE_EXISTING);
    }
}
