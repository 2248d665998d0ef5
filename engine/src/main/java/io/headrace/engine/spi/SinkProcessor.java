package io.headrace.engine.spi;

import java.util.List;

/**
 * Decides which sinks of a group work, and how those that do share what there is. All methods are called one at a time,
 * by one thread of the group; what they throw is logged once a minute, and the
 * group goes on as it was.
 */
public interface SinkProcessor {
    /** A sink of the group, as the processor sees it. */
    interface Member {
        String name();

        /** Lets it take frames or stops it from taking more; what it has taken stays with it. */
        void setActive(boolean active);

        boolean isActive();

        /**
         * Whether it delivers, as far as is known: it does until a delivery or connection fails, and again when it is
         * connected, or when it is ready for another try. One that is not running does not.
         */
        boolean isHealthy();

        /** How often it stopped being healthy. */
        long failures();

        /** Events that it delivered. */
        long deliveredEvents();

        /** Leases that it has taken and neither delivered nor given back. */
        int openLeases();
    }

    /** Called once before {@link #update()}, with the sinks in the order of the group; none is active. */
    void join(List<Member> members);

    /** Called when a member's health changed and at least every 100 ms; switches members. */
    void update();

    /** How active members share what there is; asked once, after {@link #join}. */
    default SinkSharing sharing() {
        return new SinkSharing.AsTheyAsk();
    }
}
