package io.headrace.transport.link;

/** What a {@link LinkSender} tells who counts; called by the thread that drives it, so to be done in no time. */
public interface LinkSenderCounts {
    /** A connection was made. */
    void connectionCreated();

    /** None could be made, or nobody answered on it. */
    void connectionFailed();

    /** One that was made has ended. */
    void connectionClosed();

    /** Nothing was there to be leased, for the first time since there was. */
    void foundNothing();

    /** A lease of so many events, of at most so many. */
    void leased(int events, int most);

    /** All frames of a lease are acknowledged. */
    void delivered(int events);

    /** A frame was sent; {@code again} when it had been sent before. */
    void frameSent(int bytes, boolean again);

    /** A frame needed not be sent, as the receiver has it. */
    void frameKept();

    /** A frame was inflated before it was sent, or else compressed. */
    void frameMade(boolean inflated);

    /** So many bytes left straight from a file. */
    void sentFromLog(long bytes);

    /** An acknowledgement came. */
    void ackReceived();

    /** It was of so many frames that had none. */
    void framesAcknowledged(long frames);

    /** A frame was acknowledged so long after it was sent. */
    void acknowledgedAfter(long micros);

    /** The receiver refused something. */
    void rejected();

    /** There is something to send, and no credit. */
    void creditGone();
}
