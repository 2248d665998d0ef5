package io.headrace.transport.link;

import io.headrace.engine.simulation.PlantedCode.Edit;
import java.util.List;

/** A mistake that the simulation of two tiers must find: text of our own sources that is replaced before they are compiled. */
enum PlantedLinkBug {
    NOTHING_WITHOUT_ROOM_R13(
            "a frame larger than window or credit waits although nothing is under way",
            TierPromise.ARRIVES,
            edit(
                    "transport/protocol",
                    "transport/link/InFlight",
                    "return unanswered() > 0 && (isCreditGone(aligned) || isWindowFull(aligned));",
                    "return isCreditGone(aligned) || isWindowFull(aligned);")),

    UNSEEN_DROPPED_R14(
            "everything below the highest position that was seen counts as seen",
            TierPromise.PRESENT,
            edit(
                    "engine",
                    "engine/channel/ChannelInput",
                    "return seen == null ? position <= putPosition : seen.isMarked(position);",
                    "return position <= (seen == null ? putPosition : seen.highest());")),

    DUPLICATE_ACKNOWLEDGED_AT_ONCE_R15(
            "a duplicate is acknowledged before its first copy",
            TierPromise.PRESENT,
            edit(
                    "engine",
                    "engine/channel/FanOut",
                    "ticket.add(channel, input.sequenceOf(position));",
                    "ticket.add(channel, 0);")),

    NOT_FENCED_R16(
            "a connection goes on when a newer one of its number is there",
            TierPromise.FENCED,
            edit("transport", "transport/link/LinkStream", "            old.fence();\n", "")),

    NOT_MARKED_R16(
            "a frame is not marked as seen in the step that publishes it",
            TierPromise.COMES_ONCE,
            edit(
                    "engine",
                    "engine/channel/FanOut",
                    "        input.passed(position);\n        input.prune(channel.safe());",
                    "        input.prune(channel.safe());")),

    ABORTED_LIKE_ANY_OTHER_R17(
            "a connection with frames unanswered is closed like any other, and its system goes on sending pages",
            TierPromise.SOUND,
            edit("transport/protocol", "transport/link/LinkSender", "old.abort();", "old.close();")),

    USED_AGAIN_WHILE_SENT_R17(
            "a segment is used again although a connection that is not closed has a part of it to send",
            TierPromise.SOUND,
            edit("wal", "wal/Segment", "return pins.get() == RELEASED;", "return isReleased();")),

    HEADER_BELIEVED_R18(
            "what a changed header says counts as what the sender meant",
            TierPromise.ARRIVES,
            edit(
                    "transport/protocol",
                    "transport/link/LinkDecoder",
                    "isWhole(body) ? codeOf(e.reason()) : RejectCode.CHECKSUM",
                    "codeOf(e.reason())")),

    NOT_VERIFIED_R18(
            "checksums of frames are not verified",
            TierPromise.CONTENT,
            edit("wal", "frame/FrameDecoder", "if ((int) crc.getValue() != stored) {", "if (false) {")),

    SOUND_FRAME_HELD_BACK_R18(
            "a frame that was refused for its checksum counts as damaged here without a look",
            TierPromise.ARRIVES,
            edit(
                    "transport/protocol",
                    "transport/link/LinkSender",
                    "if (frame != null && ownCopy.isDamaged(frame)) {",
                    "if (frame != null) {")),

    WINDOW_PAST_A_GAP(
            "the window slides up to each frame that comes, whatever is missing below",
            TierPromise.PRESENT,
            edit(
                    "transport",
                    "transport/link/LinkReceiver",
                    "        stream.used();\n",
                    "        stream.used();\n        stream.input().advanceFloor(hop.sequence() - 1);\n")),

    FLOOR_PAST_WHAT_IS_OPEN(
            "a sender's floor is the highest position that it sent, not what is committed",
            TierPromise.PRESENT,
            edit(
                    "transport/protocol",
                    "transport/link/FrameOutflow",
                    "first, count, consumer.lowWater(), takesStored",
                    "first, count, lease.sequence(first + count - 1), takesStored")),

    NUMBER_OF_ANOTHER_STREAM(
            "the log knows two streams by one number",
            TierPromise.PRESENT,
            edit(
                    "engine",
                    "engine/channel/ChannelInputs",
                    "new ChannelInput(k, nextInputNumber++)",
                    "new ChannelInput(k, nextInputNumber)")),

    WINDOW_OF_ANOTHER_STREAM(
            "all streams are one input",
            TierPromise.PRESENT,
            edit("transport", "transport/link/LinkStream", "\"link:\" + id", "\"link:\"")),

    ANSWERED_WHEN_PUBLISHED(
            "a frame is answered before the channel acknowledged it",
            TierPromise.PRESENT,
            edit(
                    "transport",
                    "transport/link/PendingFrame",
                    "return level == AckLevel.SAFE ? ticket.isSafe() : ticket.isAcknowledged();",
                    "return level != null;")),

    MESSAGES_NOT_VERIFIED(
            "a changed bit in an acknowledgement commits frames that nobody has",
            TierPromise.PRESENT,
            edit(
                    "transport/protocol",
                    "transport/link/LinkDecoder",
                    "        if ((int) crc.getValue() != stored) {",
                    "        if (length < 0) {")),

    KEPT_WITHOUT_THE_DISK(
            "WELCOME calls kept what is only seen",
            TierPromise.PRESENT,
            edit(
                    "engine",
                    "engine/channel/SourceInputImpl",
                    "smallest = Math.min(smallest, inputs[i].keptPosition);",
                    "smallest = Math.min(smallest, inputs[i].putPosition());")),

    PRODUCER_ON_TWO_CONNECTIONS(
            "the frames of a producer are shared out by their place",
            TierPromise.ORDER,
            edit(
                    "transport",
                    "transport/link/PinnedConsumers",
                    "int hash = Long.hashCode(producer * 0x9E3779B97F4A7C15L);",
                    "int hash = Long.hashCode(producer * 0x9E3779B97F4A7C15L) + (int) order;"));

    final String what;
    final TierPromise promise;
    final List<Edit> edits;

    PlantedLinkBug(String what, TierPromise promise, Edit... edits) {
        this.what = what;
        this.promise = promise;
        this.edits = List.of(edits);
    }

    /** Whether a failure is the one that is looked for; it comes from classes of another loader. */
    boolean isFoundBy(Throwable failure) {
        return String.valueOf(failure.getMessage()).startsWith(promise + " (");
    }

    private static Edit edit(String module, String source, String text, String replacement) {
        return new Edit(module, source, text, replacement);
    }
}
