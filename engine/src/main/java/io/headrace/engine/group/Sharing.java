package io.headrace.engine.group;

import io.headrace.engine.channel.Lease;

/** How the sinks of a group take from their channel. All methods are called under the group's lock. */
interface Sharing {
    /** A sink asks, and has {@link MemberConsumer#wants} set; null when there is nothing for it. */
    Lease lease(MemberConsumer asking);

    /** A sink came, on a channel that is open. */
    void joined(MemberConsumer consumer);

    /** A sink takes no more for now: what is put aside for it goes back. */
    void withdraw(MemberConsumer consumer);

    /** Whether each sink takes for itself, so that the channel tells it of news. */
    boolean isDirect();

    /** As its sink sees it: the channel's, or the group's own. */
    ConsumerView view(MemberConsumer consumer);

    /** Called every 100 ms. */
    void look();

    /** Gives back what is with the group. */
    void close();
}
