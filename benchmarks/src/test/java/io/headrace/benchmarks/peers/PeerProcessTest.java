package io.headrace.benchmarks.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A peer that does not end as it should, fails its rig; and every other one is ended nevertheless. Peers are shells here. */
@Timeout(60)
class PeerProcessTest {
    private static final Order ORDER = new Order(Map.of("millis", "5"));

    @TempDir
    private Path folder;

    @Test
    void shouldGiveTheAnswerToAnOrder() throws IOException {
        try (PeerProcess peer = echo("peer", 0)) {
            assertThat(peer.run(ORDER)).isEqualTo(ORDER);
            assertThat(peer.run(ORDER.with("round", "2"))).isEqualTo(ORDER.with("round", "2"));
        }
        assertThat(ended("peer")).exists();
    }

    @Test
    void shouldSayThatAPeerEndedBeforeItAnswered() throws IOException {
        try (PeerProcess peer = new PeerProcess("peer", List.of("sh", "-c", "read -r order"))) {
            assertThatIOException()
                    .isThrownBy(() -> peer.run(ORDER))
                    .withMessage("peer: ended (expected: an answer to {millis=5})");
        }
    }

    @Test
    void shouldFailWhereAPeerDoes() throws IOException {
        PeerProcess peer = echo("peer", 3);
        assertThatIllegalStateException().isThrownBy(peer::close).withMessage("peer: ended with 3 (expected: 0)");
    }

    @Test
    void shouldEndBothEndsWhicheverFails() throws IOException {
        LinkEnds ends = new LinkEnds(echo("near", 3), echo("far", 4));
        assertThatIllegalStateException()
                .isThrownBy(ends::close)
                .withMessage("near: ended with 3 (expected: 0)")
                .satisfies(failure -> assertThat(failure.getSuppressed())
                        .singleElement()
                        .hasToString("java.lang.IllegalStateException: far: ended with 4 (expected: 0)"));
        assertThat(ended("near")).exists();
        assertThat(ended("far")).exists();
    }

    @Test
    void shouldEndAllPeersOfARigWhicheverFails() throws IOException {
        List<PeerProcess> peers = List.of(echo("first", 0), echo("second", 3), echo("third", 0), echo("fourth", 4));
        assertThatIllegalStateException()
                .isThrownBy(() -> Rig.closeAll(peers, PeerProcess::close))
                .withMessage("second: ended with 3 (expected: 0)")
                .satisfies(failure -> assertThat(failure.getSuppressed())
                        .singleElement()
                        .hasToString("java.lang.IllegalStateException: fourth: ended with 4 (expected: 0)"));
        for (String name : List.of("first", "second", "third", "fourth")) {
            assertThat(ended(name)).exists();
        }
    }

    /** Answers each order with itself until there are no more, leaves a file behind and ends. */
    private PeerProcess echo(String name, int exitCode) throws IOException {
        String script = "while read -r order; do printf '%s\\n' \"$order\"; done; : >\"$0\"; exit " + exitCode;
        return new PeerProcess(name, List.of("sh", "-c", script, ended(name).toString()));
    }

    private Path ended(String name) {
        return folder.resolve(name);
    }
}
