package io.headrace.wal;

/**
 * What opening a log found.
 *
 * @param created whether there was no log before
 * @param cleanStop whether the last checkpoint covered everything
 * @param backlogFrames sequences between low-water mark and tail, committed ones included
 * @param copiedFrames frames above the checkpoint's durable sequence that were copied and synced (R10)
 * @param cutBytes bytes of a torn tail that were cut
 * @param unknownInputFrames frames above it whose input the log does not know, so that their positions are not kept
 * @param identityChanged why a new stream id was taken (R12), or null
 * @param slotFault why one of the two slots of the checkpoint held none, so that the other was used, or null
 * @param millis how long it took
 */
public record RecoveryReport(
        boolean created,
        boolean cleanStop,
        long backlogFrames,
        long copiedFrames,
        long cutBytes,
        long unknownInputFrames,
        String identityChanged,
        String slotFault,
        long millis) {
    /** One line for a person. */
    public String summary() {
        StringBuilder text = new StringBuilder();
        if (created) {
            text.append("a new log");
        } else {
            text.append(cleanStop ? "the log of an orderly stop, " : "the log of a kill or crash, ");
            text.append(count(backlogFrames, "frame")).append(" waiting at most");
            if (copiedFrames > 0) {
                text.append(", ").append(count(copiedFrames, "frame")).append(" above the last checkpoint kept");
            }
            if (cutBytes > 0) {
                text.append(", a torn tail of ").append(count(cutBytes, "byte")).append(" cut");
            }
            if (unknownInputFrames > 0) {
                text.append(", ").append(count(unknownInputFrames, "frame")).append(" of unknown inputs");
            }
        }
        text.append(", opened in ").append(millis).append(" ms");
        if (slotFault != null) {
            text.append(
                            "; the other slot of the checkpoint was used, since one is damaged or was cut short by a crash: ")
                    .append(slotFault);
        }
        if (identityChanged != null) {
            text.append("; duplicates are possible: ").append(identityChanged);
        }
        return text.toString();
    }

    private static String count(long number, String noun) {
        return number + " " + noun + (number == 1 ? "" : "s");
    }
}
