package io.headrace.engine.channel;

import io.headrace.engine.simulation.PlantedCode.Edit;
import java.util.List;

/** A mistake that the simulation must find: text of our own sources that is replaced before they are compiled. */
enum PlantedBug {
    NO_FOLDER_SYNC(
            "a segment's name is not made durable",
            Promise.OPENS,
            edit("wal", "wal/SegmentMaker", "storage.syncFolder(to.getParent());", "")),

    ACKNOWLEDGED_BEFORE_SYNC(
            "sync = always acknowledges what is written, and syncs a round later",
            Promise.PRESENT,
            edit(
                    "engine",
                    "engine/channel/LogSync",
                    "? log.durable() : log.written()",
                    "? log.written() : log.written()"),
            edit("engine", "engine/channel/LogSync", "case ALWAYS -> true;", "case ALWAYS -> !wrote;")),

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
                    "release.release(tail.current(), checkpointer.olderLowWater());",
                    "release.release(tail.current(), state.committed().floor());"),
            edit("wal", "wal/SegmentRelease", "                && first.index() < olderTailIndex\n", "")),

    NO_CHECKSUM(
            "a frame counts when its length and sequence look sound",
            Promise.NOT_INVENTED,
            edit("wal", "wal/SegmentScanner", "} else if (!checksum) {", "} else if (hop.length() < 0) {"),
            edit("wal", "frame/FrameDecoder", "if ((int) crc.getValue() != stored) {", "if (false) {")),

    LEASED_BEFORE_ACKNOWLEDGED_R3(
            "sinks get frames that are not acknowledged",
            Promise.LEASED_WHEN_ACKNOWLEDGED,
            edit(
                    "engine",
                    "engine/channel/TakeCursor",
                    "long known = ring == null ? ringHead - 1 : acknowledged.getAsLong();",
                    "long known = ring == null ? ringHead - 1 : base + ring.getCursor();")),

    SEQUENCE_USED_AGAIN_R4(
            "numbering goes on behind the last frame that was found",
            Promise.SEQUENCE_ONCE,
            edit("wal", "wal/LogOpening", "Math.max(checkpoint.ceiling(), lastSequence + 1)", "lastSequence + 1")),

    SPILL_WITHOUT_CHECKPOINT_R5(
            "a spill run begins without a checkpoint that covers the gap",
            Promise.PRESENT,
            edit(
                    "engine",
                    "engine/channel/SpillRun",
                    "checkpointing.make();\n        spilling = true;",
                    "spilling = true;")),

    INPUT_NUMBER_AFTER_USE_R7(
            "the frame that gives an input its number follows the first that uses it",
            Promise.POSITIONS,
            edit(
                    "engine",
                    "engine/channel/FanOut",
                    "        long sequence = channel.publication().publish(input, position, false, share.frames, now);\n",
                    ""),
            edit(
                    "engine",
                    "engine/channel/FanOut",
                    "        if (share.announcement != null) {\n            channel.publication().announce(",
                    "        long sequence = channel.publication().publish(input, position, false, share.frames, now);\n"
                            + "        if (share.announcement != null) {\n            channel.publication().announce(")),

    CHECKPOINT_AHEAD_OF_DURABLE_R9(
            "a checkpoint holds positions of what is only written",
            Promise.ROT,
            edit(
                    "engine",
                    "engine/channel/JournalProgress",
                    "Math.max(lowWater, durable)",
                    "Math.max(lowWater, acknowledged)")),

    RECOVERY_WITHOUT_COPY_R10(
            "recovery leaves what it accepts in the page cache",
            edit("wal", "wal/TailCopy", "copy.file().sync();", ""),
            edit("wal", "wal/TailCopy", "copy.syncLeft();", ""),
            edit("wal", "wal/TailCopy", "firstCopy.file().sync();", "")),

    OLD_TAIL_JUDGED_R11(
            "a segment ends at its size, not where the next one begins",
            edit(
                    "wal",
                    "wal/TailScan",
                    ": following.link().previousEnd();\n            scanner",
                    ": segment.size();\n            scanner")),

    DUPLICATE_ACKNOWLEDGED_AT_ONCE_R15(
            "a duplicate is acknowledged before its first copy",
            Promise.DUPLICATE_AFTER_FIRST,
            edit(
                    "engine",
                    "engine/channel/FanOut",
                    "ticket.add(channel, input.sequenceOf(position));",
                    "ticket.add(channel, 0);")),

    ORIGINS_NOT_FOUND_AGAIN(
            "recovery does not look where the frames come from that it finds above the checkpoint",
            Promise.TAKEN_ONCE,
            edit("wal", "wal/LogRedo", "state.origins().add(frame.producerId(), frame.firstEventNumber(), 0);", "")),

    ORIGINS_NOT_IN_CHECKPOINTS(
            "where frames come from is told to no checkpoint",
            Promise.TAKEN_ONCE,
            edit("engine", "engine/channel/KeptOrigins", "pairs.add(producers[head], numbers[head], 0);", "")),

    ORIGIN_AHEAD_OF_DURABLE_R9(
            "a checkpoint holds the origins of frames that are in memory only",
            edit("engine", "engine/channel/KeptOrigins", "sequences[head] <= kept", "sequences[head] > 0")),

    COPY_KEPT_BEFORE_THE_FIRST_R9(
            "a checkpoint holds the place of a copy that was left out, though the first one is in memory only",
            edit("engine", "engine/channel/KeptOrigins", "duplicates.peek().sequence() <= kept", "kept >= 0")),

    COPY_ACKNOWLEDGED_AT_ONCE_R15(
            "a copy that was left out is acknowledged before the first one is",
            edit("engine", "engine/channel/FanOut", "        return share.copySequence;", "        return 0;")),

    SEGMENT_LEFT_WITHOUT_SYNC(
            "a segment that recovery synced counts as synced although the log went on in it",
            Promise.FAILS_FOR_A_REASON,
            edit("wal", "wal/LogTail", "segment.leave(allSynced);", "segment.leave(true);")),

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
                    "wal/LogTail",
                    "HandedGroup group = direct == null ? null : direct.settled();",
                    "HandedGroup group = direct == null ? null : direct.settled();\n"
                            + "            durable.set(Math.max(durable.get(), direct == null ? 0 : direct.highestWritten()));")),

    RELEASED_UNDER_A_CURSOR(
            "segments are released when the sinks are through with them, whatever cursors have yet to get",
            Promise.CURSOR,
            edit(
                    "wal",
                    "wal/LogState",
                    "slowest = Math.min(slowest, cursor.committed().floor());",
                    "slowest = Math.max(slowest, 0);")),

    CHECKPOINT_OVER_THE_NEWEST(
            "a checkpoint is written over the newest good one",
            Promise.RESTS,
            edit("wal", "wal/CheckpointStore", "int slot = newest == 0 ? 1 : 0;", "int slot = newest == 0 ? 0 : 1;")),

    CEILING_NOT_DURABLE(
            "sequences are used before a checkpoint reserves them durably",
            edit(
                    "wal",
                    "wal/Checkpointer",
                    "                newCeiling,\n                tail.durable(),",
                    "                Math.max(tail.durable() + 1, ceiling.get()),\n                tail.durable(),"),
            // So that a life needs more than one block.
            edit("wal", "wal/SequenceCeiling", "MIN_BLOCK = 65_536;", "MIN_BLOCK = 32;")),

    COPY_LED_TO_BEFORE_ITS_SYNC(
            "recovery lets the chain lead to its copy before that is synced",
            edit(
                    "wal",
                    "wal/TailCopy",
                    "        for (Segment copy : copies) {\n            if (copy == current) {",
                    "        firstCopy.begin(commit);\n        for (Segment copy : copies) {\n            if (copy == current) {"),
            edit("wal", "wal/TailCopy", "        firstCopy.begin(commit);\n        firstCopy.file().sync();\n", "")),

    RECYCLED_UNDER_A_READER(
            "a released segment is used again while a reader stands in it",
            Promise.DAMAGE_IS_DAMAGE,
            edit("wal", "wal/Segment", "return pins.get() == RELEASED;", "return (pins.get() & RELEASED) != 0;")),

    SHORT_READ_TAKEN_AS_WHOLE(
            "what one call returns of a checkpoint counts as all of it",
            edit("wal", "wal/CheckpointSlot", "while (bytes.hasRemaining()) {", "if (bytes.hasRemaining()) {"),
            edit("wal", "wal/CheckpointSlot", "return bytes.flip();", "return bytes.clear();")),

    FAILED_SYNC_TRIED_AGAIN(
            "a failed sync of a segment is tried again, and then succeeds",
            edit(
                    "wal",
                    "wal/Segment",
                    "                    file.sync();\n                } catch (IOException e) {\n"
                            + "                    syncFailure = e;\n                    throw e;",
                    "                    file.sync();\n                } catch (IOException e) {\n"
                            + "                    file.sync();"),
            edit(
                    "wal",
                    "wal/PositionalAppender",
                    "        segment.file().sync();\n    }",
                    "        try {\n            segment.file().sync();\n        } catch (IOException e) {\n"
                            + "            segment.file().sync();\n        }\n    }")),

    COUNTED_TWICE(
            "a frame that is committed before it is durable is counted as accepted again when it is",
            Promise.LEDGER,
            edit(
                    "engine",
                    "engine/channel/ChannelState",
                    "if (!state.committed().isMarked(sequence)) {\n            state.accepted",
                    "if (sequence > 0) {\n            state.accepted")),

    FIRST_TOKEN_KEPT(
            "checkpoints hold a sink's first token",
            Promise.TOKENS,
            edit(
                    "engine",
                    "engine/channel/ChannelState",
                    "state.tokens().put(consumer.name(), token);",
                    "state.tokens().putIfAbsent(consumer.name(), token);")),

    ROLLED_BACK_STAYS(
            "a frame that was rolled back stays in the queue when it is leased again",
            Promise.COMES_ONCE,
            edit("engine", "engine/channel/LeaseTable", "            rolledBack.poll();\n", "")),

    COMMITS_FORGOTTEN(
            "what a checkpoint says of commits above the low-water mark is not looked at",
            Promise.COMMITTED_FOR_GOOD,
            edit(
                    "engine",
                    "engine/channel/TakeCursor",
                    "return recoveredCommitted != null && recoveredCommitted.isMarked(sequence);",
                    "return false;")),

    NEW_BEFORE_ROLLED_BACK(
            "sinks get new frames while some that were rolled back wait",
            Promise.ORDER,
            edit(
                    "engine",
                    "engine/channel/TakeSide",
                    "            if (!table.hasRolledBack()) {\n                room = cursor.leaseInOrder",
                    "            if (cursor.ringHead() > 0) {\n                room = cursor.leaseInOrder")),

    ROLLED_BACK_IN_REVERSE(
            "frames that were rolled back come again with the last one first",
            Promise.ORDER,
            edit(
                    "engine",
                    "engine/channel/LeaseTable",
                    "(TakenFrame entry) -> entry.sequence",
                    "(TakenFrame entry) -> -entry.sequence")),

    SINKS_NOT_TOLD(
            "the journal doesn't tell sinks that wait",
            Promise.ARRIVES,
            edit("engine", "engine/channel/JournalProgress", "        sinks.wakeConsumers();\n", "")),

    ROOM_NOT_TOLD(
            "callbacks that were woken and did nothing keep others waiting until something else happens",
            Promise.ARRIVES,
            edit(
                    "engine",
                    "engine/channel/RoomWaiters",
                    ": Math.min(due, Math.max(0, lastWakeNanos + CALLBACK_NANOS - nowNanos));",
                    ": due;")),

    MEMORY_USED_AGAIN_TOO_EARLY(
            "memory is read into while frames look at it",
            Promise.CONTENT,
            edit("wal", "frame/FrameMemory", "return memory.refCnt() == 1;", "return memory.refCnt() > 0;"));

    final String what;
    /** The one that it is to break, or null where any will do. */
    final Promise promise;

    final List<Edit> edits;

    PlantedBug(String what, Edit... edits) {
        this(what, null, edits);
    }

    PlantedBug(String what, Promise promise, Edit... edits) {
        this.what = what;
        this.promise = promise;
        this.edits = List.of(edits);
    }

    /** Whether a failure is the one that is looked for; it comes from classes of another loader. */
    boolean isFoundBy(Throwable failure) {
        return promise == null || String.valueOf(failure.getMessage()).startsWith(promise + " (");
    }

    private static Edit edit(String module, String source, String text, String replacement) {
        return new Edit(module, source, text, replacement);
    }
}
