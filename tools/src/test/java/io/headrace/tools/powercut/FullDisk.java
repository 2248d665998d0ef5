package io.headrace.tools.powercut;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/**
 * A small file system fills up until the channel takes no more; the agent must live and say why, and go on by itself when
 * there is room or somebody takes what is in the channel.
 */
final class FullDisk {
    private static final String FULL = "takes no more until there is room";

    /** More than senders have under way. */
    private static final long LEAST_ROOM = 16L << 20;

    /** What ends it. */
    private enum End {
        ROOM,
        SINK,
        KILL,
        CUT
    }

    private final Chain chain;
    private final Random random;

    FullDisk(Chain chain, Random random) {
        this.chain = chain;
        this.random = random;
    }

    boolean run() throws IOException {
        End end = End.values()[random.nextInt(End.values().length)];
        AgentUnderTest agent = chain.agent();
        agent.kill();
        long left = (4L << 20) + random.nextInt(4 << 20);
        Path ballast = chain.disk().folder().resolve("ballast");
        long size = Math.max(4096, chain.disk().usableBytes() - left);
        if (end == End.ROOM && size < LEAST_ROOM) {
            // The log itself fills the disk: nothing could be taken away that makes room for what is under way.
            end = End.KILL;
        }
        LoopDisk.run("fallocate", "--length", Long.toString(size), ballast.toString());
        Path output = chain.output();
        Path aside = output.resolveSibling("aside");
        if (end == End.SINK) {
            // A sink that finds a file where its folder should be waits for the folder.
            Files.move(output, aside);
            Files.writeString(output, "no folder");
        }
        chain.start(end == End.SINK, List.of());
        chain.setTraffic(64, 16 << 20);
        chain.await("the channel says that its disk is full", () -> {
            String complaint = agent.get("/health", true);
            return complaint != null && complaint.contains(FULL);
        });
        Chain.sleep(100 + random.nextInt(400));
        chain.say("full, then " + end);
        chain.noteInFlight();
        switch (end) {
            case ROOM -> {
                Files.delete(ballast);
                chain.awaitSettled();
                chain.await("health is good again", () -> {
                    String health = agent.get("/health", false);
                    return health != null && health.contains("\"healthy\":true");
                });
                agent.kill();
            }
            case SINK -> {
                Files.delete(output);
                Files.move(aside, output);
                chain.compare();
            }
            case KILL -> agent.kill();
            case CUT -> chain.cutPower();
        }
        if (!agent.isAlive()) {
            chain.startAndCompare();
        }
        Files.deleteIfExists(ballast);
        return true;
    }
}
