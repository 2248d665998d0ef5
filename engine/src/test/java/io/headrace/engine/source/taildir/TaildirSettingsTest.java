package io.headrace.engine.source.taildir;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.engine.config.ConfigurationLoader;
import io.headrace.engine.config.ConfigurationProblem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What each setting changes, as far as no other test shows it. */
class TaildirSettingsTest extends TailRigTest {
    @Test
    void shouldWarnOfAPatternForFolders() throws IOException {
        Path logs = Files.createDirectories(folder.resolve("a+b/logs"));
        String tail = """
                a1.sources = r1
                a1.channels = c1
                a1.sinks = k1
                a1.channels.c1.type = memory
                a1.sinks.k1.type = logger
                a1.sinks.k1.channel = c1
                a1.sources.r1.type = TAILDIR
                a1.sources.r1.channels = c1
                a1.sources.r1.filegroups = f1 f2 f3
                a1.sources.r1.filegroups.f1 = /var/log/.*/x\\\\.log
                a1.sources.r1.filegroups.f2 = %s/.*
                a1.sources.r1.filegroups.f3 = /no/such/folder/.*
                """.formatted(logs);
        assertThat(ConfigurationLoader.standard(false)
                        .readText(Path.of("a.conf"), tail, "a1")
                        .problems())
                .extracting(ConfigurationProblem::describe)
                .containsExactly(
                        "a.conf:10: warning: a1.sources.r1.filegroups.f1: /var/log/.*/x\\.log: no folder is named"
                                + " /var/log/.* (expected: the folder's own name, and a group for each folder; only what follows"
                                + " the last / is a regular expression)");
    }

    @Test
    void shouldFollowSeveralGroupsWithHeadersOfTheirOwn() throws IOException {
        Path other = Files.createDirectories(folder.resolve("other"));
        Files.writeString(other.resolve("exact"), "two\n");
        Files.writeString(other.resolve("exactly.not"), "never\n");
        rig.write("a.log", "one\n");
        rig.write("b.txt", "three\n");
        rig.with("filegroups", "f1  f2 f3")
                .with("filegroups.f2", other + "/exact")
                .with("filegroups.f3", rig.logs + "/b[.]txt")
                .with("headers.f1.kind", "access")
                .with("headers.f2.kind", "error")
                .with("headers.f2.level", "high")
                .start()
                .poll();
        assertThat(headers("one")).isEqualTo(Map.of("kind", "access"));
        assertThat(headers("two")).isEqualTo(Map.of("kind", "error", "level", "high"));
        assertThat(headers("three")).isEmpty();
        assertThat(rig.channel.events).hasSize(3);
    }

    @Test
    void shouldReadFileOfTwoGroupsOnceInTheFirst() throws IOException {
        rig.write("a.log", "one\n");
        rig.with("filegroups", "f2 f1")
                .with("filegroups.f2", rig.logs + "/a.*")
                .with("headers.f1.group", "1")
                .with("headers.f2.group", "2")
                .start()
                .poll();
        assertThat(rig.channel.events).hasSize(1);
        assertThat(headers("one")).containsEntry("group", "2");
    }

    @Test
    void shouldWritePositionsAtTheirInterval() throws IOException {
        rig.write("a.log", "one\n");
        rig.with("writePosInterval", "60000").start().poll();
        rig.channel.makeSafe();
        rig.poll();
        assertThat(rig.positions).doesNotExist();
        rig.clock.advanceMillis(60_000);
        rig.poll();
        assertThat(rig.positions).content().contains("\"pos\":4");
        rig.with("writePosInterval", "100").restart();
        rig.write("a.log", "two\n");
        rig.source.poll();
        rig.channel.makeSafe();
        rig.clock.advanceMillis(100);
        rig.source.poll();
        assertThat(rig.positions).content().contains("\"pos\":8");
    }

    @Test
    void shouldWritePositionsAtStop() throws IOException {
        rig.write("a.log", "one\n");
        rig.with("writePosInterval", "60000").start().poll();
        rig.channel.makeSafe();
        rig.source.stop();
        assertThat(rig.positions).content().contains("\"pos\":4");
    }

    @Test
    void shouldLookLaterEachTimeUpToTheLongestPause() throws IOException {
        rig.write("a.log", "one\n");
        rig.with("backoffSleepIncrement", "1000").with("maxBackoffSleep", "2500");
        rig.start();
        assertThat(rig.source.poll()).isPositive();
        // Looks come 1, 1001, 3001, 5501 ms after this.
        long[] pauses = {1_000, 2_000, 2_500, 2_500};
        rig.clock.advanceMillis(1);
        assertThat(rig.source.poll()).isZero();
        for (int i = 0; i < pauses.length; i++) {
            rig.write("a.log", "line " + i + "\n");
            rig.clock.advanceMillis(pauses[i] - 1);
            assertThat(rig.source.poll()).as("before pause %d ends", i).isZero();
            rig.clock.advanceMillis(1);
            assertThat(rig.source.poll()).as("when pause %d ends", i).isPositive();
            // Growth starts the pauses anew; go on to the next one.
            rig.clock.advanceMillis(1);
            for (int looks = 0; looks <= i + 1; looks++) {
                assertThat(rig.source.poll()).isZero();
                if (looks <= i) {
                    rig.clock.advanceMillis(pauses[looks]);
                }
            }
        }
    }

    @Test
    void shouldListAgainOnlyWhenTheFolderChangedUnlessToldOtherwise() throws IOException {
        Files.setLastModifiedTime(rig.logs, FileTime.fromMillis(0));
        rig.start().poll();
        rig.write("a.log", "one\n");
        Files.setLastModifiedTime(rig.logs, FileTime.fromMillis(0));
        rig.poll();
        assertThat(rig.channel.texts()).isEmpty();
        rig.with("cachePatternMatching", "false").restart().poll();
        rig.write("b.log", "two\n");
        Files.setLastModifiedTime(rig.logs, FileTime.fromMillis(0));
        rig.poll();
        assertThat(rig.channel.texts()).containsExactly("one", "two");
    }

    @Test
    void shouldMarkPartsWithTheHeaderOfThatName() throws IOException {
        rig.write("a.log", "x".repeat(1500) + "\n");
        rig.with("maxLineBytes", "1024")
                .with("linePartHeaderKey", "part")
                .start()
                .poll();
        assertThat(rig.channel.events.get(0).headers()).containsEntry("part", "first");
        assertThat(rig.channel.events.get(1).headers()).containsEntry("part", "last");
    }

    private Map<String, String> headers(String text) {
        return rig.channel.events.stream()
                .filter(event -> event.text().equals(text))
                .findFirst()
                .orElseThrow()
                .headers();
    }
}
