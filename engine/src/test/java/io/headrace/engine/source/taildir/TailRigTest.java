package io.headrace.engine.source.taildir;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** What the tests of the source on real files have in common: a rig of its own for each of them. */
abstract class TailRigTest {
    /** The first line of files that are known by more than their first 256 bytes. */
    static final String HEADER = "#" + "x".repeat(300) + "\n";

    @TempDir
    Path folder;

    TailRig rig;

    @BeforeEach
    void makeRig() throws IOException {
        rig = new TailRig(folder);
    }

    @AfterEach
    void closeRig() {
        rig.close();
    }
}
