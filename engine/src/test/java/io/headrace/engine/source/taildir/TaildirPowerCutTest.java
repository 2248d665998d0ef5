package io.headrace.engine.source.taildir;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.engine.channel.ChannelProcessor;
import io.headrace.engine.channel.SourceInput;
import io.headrace.engine.metrics.GroupType;
import io.headrace.engine.metrics.MetricGroup;
import io.headrace.wal.SimulatedDisk;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is on disk of positions and ids when the power goes, and when a frame is put. */
class TaildirPowerCutTest {
    private static final int SEEDS = 60;
    private static final String STATE = "/state/positions.json";

    @TempDir
    private Path folder;

    private SimulatedDisk disk;
    private Path state;

    private void newDisk(int seed) {
        disk = new SimulatedDisk(seed);
        state = new SimulatedPaths(disk).of(STATE);
    }

    private void cutPower(int seed) {
        disk.cutPower(new SplittableRandom(seed));
        disk.revive();
    }

    /** Several pages, so that one may be torn. */
    private static byte[] content(char filling) {
        return ("[" + String.valueOf(filling).repeat(12_000) + "]").getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void shouldHaveWhatWasWrittenDurablyAfterAPowerCut() throws IOException {
        for (int seed = 0; seed < SEEDS; seed++) {
            newDisk(seed);
            AtomicFile.write(state, content('a'));
            AtomicFile.write(state, content('b'));
            cutPower(seed);
            assertThat(Files.readAllBytes(state)).as("seed %d", seed).isEqualTo(content('b'));
        }
    }

    @Test
    void shouldHaveTheOldContentOrTheNewOneWheneverThePowerGoes() throws IOException {
        boolean[] seen = new boolean[2];
        for (int seed = 0; seed < SEEDS; seed++) {
            boolean done = false;
            for (int call = 1; !done; call++) {
                newDisk(seed);
                AtomicFile.write(state, content('a'));
                disk.dieAt(call);
                done = replaces(content('b'));
                cutPower(seed * 31 + call);
                byte[] found = Files.readAllBytes(state);
                assertThat(found).as("seed %d, call %d", seed, call).isIn(content('a'), content('b'));
                seen[found[1] - 'a'] = true;
            }
        }
        assertThat(seen).containsOnly(true);
    }

    private boolean replaces(byte[] content) {
        try {
            AtomicFile.replace(state, content);
            return true;
        } catch (IOException e) {
            assertThat(disk.isDead()).as("%s", e).isTrue();
            return false;
        }
    }

    /** Or a file that was read would be new after the power cut, and be sent once more as a whole. */
    @Test
    void shouldKnowAfterAPowerCutEachIdThatWasSaved() throws IOException {
        Path log = Files.writeString(folder.resolve("a.log"), "one\n");
        Path other = Files.writeString(folder.resolve("b.log"), "two\n");
        for (int seed = 0; seed < SEEDS; seed++) {
            newDisk(seed);
            InputRegistry registry = registry();
            String first = add(registry, log);
            registry.save();
            String second = add(registry, other);
            // With the positions, when the next turn of a file has not come.
            registry.saveNotes();
            assertThat(registry.isUnsaved()).isFalse();
            cutPower(seed);
            InputRegistry again = registry();
            again.load(0);
            assertThat(List.of(idOf(again, log), idOf(again, other)))
                    .as("seed %d", seed)
                    .containsExactly(first, second);
        }
    }

    private InputRegistry registry() {
        TaildirCounters counters = new TaildirCounters(new MetricGroup(GroupType.SOURCE, "r1"));
        return new InputRegistry(state, new ReadNotes(folder.resolve("inputs.read"), counters));
    }

    private static String add(InputRegistry registry, Path log) throws IOException {
        try (FileChannel open = FileChannel.open(log, StandardOpenOption.READ)) {
            InputRegistry.Entry entry =
                    registry.candidate(FileId.of(log).id(), open, (int) open.size(), log.toString(), 0);
            registry.add(entry);
            return entry.id();
        }
    }

    private static String idOf(InputRegistry registry, Path log) throws IOException {
        try (FileChannel open = FileChannel.open(log, StandardOpenOption.READ)) {
            InputRegistry.Entry found = registry.find(FileId.of(log).id(), open);
            return found == null ? "unknown" : found.id();
        }
    }

    @Test
    void shouldSaveAnIdBeforeTheFirstFrameUnderItIsPut() throws IOException {
        try (TailRig rig = new TailRig(folder)) {
            List<String> put = new ArrayList<>();
            Path saved = rig.positions.resolveSibling("positions.json.r1.inputs");
            rig.processor = watched(rig.channel, saved, put);
            rig.write("a.log", "at start\n");
            rig.write("c.log", "");
            rig.start().poll();
            rig.write("b.log", "found later\n");
            rig.poll();
            // Written anew within one look: the old input ends and the new one begins in the same turn.
            Files.writeString(rig.logs.resolve("a.log"), "another beginning\n");
            rig.poll();
            Path editor = Files.writeString(rig.logs.resolve("b.tmp"), "found later\nand saved again\n");
            Files.move(editor, rig.logs.resolve("b.log"), StandardCopyOption.REPLACE_EXISTING);
            rig.poll();
            rig.write("c.log", "no longer empty\n");
            rig.poll();
            assertThat(rig.channel.texts())
                    .containsExactly(
                            "at start", "found later", "another beginning", "and saved again", "no longer empty");
            assertThat(put).hasSize(5);
        }
    }

    /** Looks at each put whether the file on disk names the input. */
    private static ChannelProcessor watched(ChannelProcessor channel, Path saved, List<String> put) {
        return (ChannelProcessor) Proxy.newProxyInstance(
                TaildirPowerCutTest.class.getClassLoader(),
                new Class<?>[] {ChannelProcessor.class},
                (proxy, method, args) -> {
                    if (method.getName().endsWith("ut") && args != null && args[0] instanceof SourceInput input) {
                        String id = input.key().id();
                        assertThat(saved).content().contains("\"id\":\"" + id + "\"");
                        put.add(id);
                    }
                    try {
                        return method.invoke(channel, args);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }
}
