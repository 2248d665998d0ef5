package io.headrace.engine.spi;

import java.util.List;

/** Decides which sinks of a group work. */
public interface SinkProcessor {
    /** A sink of the group, as the processor sees it. */
    interface Member {
        String name();

        /** Lets it take frames or stops it from taking more. */
        void setActive(boolean active);

        /** Whether it delivers: it does until a delivery or connection fails. */
        boolean isHealthy();
    }

    /** Called once before {@link #update()}. */
    void join(List<Member> members);

    /** Called when a member's health changed and at least every 100 ms; switches members. */
    void update();
}
