package io.headrace.engine.channel;

import java.util.List;

/** A mistake that the simulation must find: text of our own sources that is replaced before they are compiled. */
enum PlantedBug {
    NO_FOLDER_SYNC(
            "a segment's name is not made durable",
            edit("wal", "wal/SegmentPreparer", "storage.syncFolder(to.getParent());", "")),

    ACKNOWLEDGED_BEFORE_SYNC(
            "sync = always acknowledges what is written, and syncs a round later",
            edit(
                    "engine",
                    "engine/channel/LogWriter",
                    "? log.durable() : log.written()",
                    "? log.written() : log.written()"),
            edit("engine", "engine/channel/LogWriter", "case ALWAYS -> true;", "case ALWAYS -> !wrote;")),

    NO_TAG_CHECK(
            "frames of an earlier life of a file count; ascending sequences would still tell them apart, so not those either",
            edit("wal", "wal/SegmentScanner", "if (hop.tag() != segment.tag()) {", "if (hop.tag() == 0) {"),
            edit(
                    "wal",
                    "wal/SegmentScanner",
                    "return hop.sequence() > above || fail(",
                    "return hop.sequence() > 0 || fail(")),

    RELEASED_BEFORE_CHECKPOINT(
            "segments are recycled when their frames are committed in memory",
            edit(
                    "wal",
                    "wal/WriteAheadLog",
                    "long olderLowWater = checkpoints.olderLowWater();",
                    "long olderLowWater = state.committed().floor();"),
            edit("wal", "wal/WriteAheadLog", "                && first.index() < olderTailIndex\n", "")),

    NO_CHECKSUM(
            "a frame counts when its length and sequence look sound",
            edit("wal", "wal/SegmentScanner", "} else if (!checksum) {", "} else if (hop.length() < 0) {"),
            edit("wal", "frame/FrameDecoder", "if ((int) crc.getValue() != stored) {", "if (false) {")),

    LEASED_BEFORE_ACKNOWLEDGED_R3(
            "sinks get frames that are not acknowledged",
            edit(
                    "engine",
                    "engine/channel/TakeSide",
                    "Math.min(acknowledged.getAsLong(), lowWater.getAsLong() + SequenceWindow.SIZE)",
                    "Math.min(channel.lastPublished(), lowWater.getAsLong() + SequenceWindow.SIZE)")),

    SEQUENCE_USED_AGAIN_R4(
            "numbering goes on behind the last frame that was found",
            edit("wal", "wal/WriteAheadLog", "Math.max(checkpoint.ceiling(), lastSequence + 1)", "lastSequence + 1")),

    SPILL_WITHOUT_CHECKPOINT_R5(
            "a spill run begins without a checkpoint that covers the gap",
            edit("engine", "engine/channel/LogWriter", "checkpoint();\n        spilling = true;", "spilling = true;")),

    INPUT_NUMBER_AFTER_USE_R7(
            "the frame that gives an input its number follows the first that uses it",
            edit(
                    "engine",
                    "engine/channel/ChannelProcessorImpl",
                    "        long sequence = channel.publish(input, position, false, share.frames, now);\n",
                    ""),
            edit(
                    "engine",
                    "engine/channel/ChannelProcessorImpl",
                    "        if (share.announcement != null) {\n            channel.announce(",
                    "        long sequence = channel.publish(input, position, false, share.frames, now);\n"
                            + "        if (share.announcement != null) {\n            channel.announce(")),

    CHECKPOINT_AHEAD_OF_DURABLE_R9(
            "a checkpoint holds positions of what is only written",
            edit(
                    "engine",
                    "engine/channel/Journal",
                    "Math.max(lowWater, durable)",
                    "Math.max(lowWater, acknowledged)")),

    RECOVERY_WITHOUT_COPY_R10(
            "recovery leaves what it accepts in the page cache",
            edit("wal", "wal/LogRecovery", "copy.file().sync();", ""),
            edit("wal", "wal/LogRecovery", "copy.syncLeft();", ""),
            edit("wal", "wal/LogRecovery", "firstCopy.file().sync();", "")),

    OLD_TAIL_JUDGED_R11(
            "a segment ends at its size, not where the next one begins",
            edit(
                    "wal",
                    "wal/LogRecovery",
                    ": following.link().previousEnd();\n            scanner",
                    ": segment.size();\n            scanner")),

    DUPLICATE_ACKNOWLEDGED_AT_ONCE_R15(
            "a duplicate is acknowledged before its first copy",
            edit(
                    "engine",
                    "engine/channel/ChannelProcessorImpl",
                    "ticket.add(channel, input.sequenceOf(position));",
                    "ticket.add(channel, 0);")),

    SEGMENT_LEFT_WITHOUT_SYNC(
            "a segment that recovery synced counts as synced although the log went on in it",
            edit("wal", "wal/WriteAheadLog", "segment.leave(allSynced);", "segment.leave(true);")),

    DURABLE_PAST_A_GAP(
            "a group that was written beside the journal counts before the one in front of it is on disk",
            edit(
                    "wal",
                    "wal/DirectAppender",
                    "    boolean hasRoomBeside() {",
                    "    long highestWritten() {\n"
                            + "        long highest = 0;\n"
                            + "        for (HandedGroup one : groups) {\n"
                            + "            highest = one != null && one.isDone() ? Math.max(highest, one.lastSequence) : highest;\n"
                            + "        }\n"
                            + "        return highest;\n"
                            + "    }\n\n"
                            + "    boolean hasRoomBeside() {"),
            edit(
                    "wal",
                    "wal/WriteAheadLog",
                    "HandedGroup group = direct == null ? null : direct.settled();",
                    "HandedGroup group = direct == null ? null : direct.settled();\n"
                            + "            durable.set(Math.max(durable.get(), direct == null ? 0 : direct.highestWritten()));"));

    final String what;
    final List<Edit> edits;

    PlantedBug(String what, Edit... edits) {
        this.what = what;
        this.edits = List.of(edits);
    }

    /** Replaces a text that occurs once in a source file. */
    record Edit(String module, String source, String text, String replacement) {
        String className() {
            return "io.headrace." + source.replace('/', '.');
        }
    }

    private static Edit edit(String module, String source, String text, String replacement) {
        return new Edit(module, source, text, replacement);
    }
}
