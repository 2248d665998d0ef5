package io.headrace.engine.channel;

/** The sequences of one put in the required channels. */
final class PutTicketImpl implements PutTicket {
    private final DualChannel[] channels;
    private final long[] sequences;
    private int count;
    private Channel fullChannel;
    private FullReason fullReason;

    PutTicketImpl(int maxChannels) {
        channels = new DualChannel[maxChannels];
        sequences = new long[maxChannels];
    }

    void clear() {
        count = 0;
        fullChannel = null;
        fullReason = null;
    }

    void refused(Channel channel, FullReason reason) {
        count = 0;
        fullChannel = channel;
        fullReason = reason;
    }

    void add(DualChannel channel, long sequence) {
        channels[count] = channel;
        sequences[count] = sequence;
        count++;
    }

    /** What the frame got in the first channel; 0 for a duplicate of one that is acknowledged. */
    long firstSequence() {
        return count == 0 ? 0 : sequences[0];
    }

    @Override
    public boolean isAcknowledged() {
        for (int i = 0; i < count; i++) {
            if (sequences[i] > channels[i].acknowledged()) {
                return false;
            }
        }
        return fullChannel == null;
    }

    @Override
    public boolean isSafe() {
        for (int i = 0; i < count; i++) {
            if (sequences[i] > channels[i].safe()) {
                return false;
            }
        }
        return fullChannel == null;
    }

    @Override
    public Channel fullChannel() {
        return fullChannel;
    }

    @Override
    public FullReason fullReason() {
        return fullReason;
    }
}
