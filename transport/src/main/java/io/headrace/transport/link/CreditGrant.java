package io.headrace.transport.link;

/**
 * What one connection may send: frame bytes since it began, which grow while the sender uses them up and the source's
 * budget allows, and are taken back from one that does not use them. {@code transport/PROTOCOL.md}, Credit. Owned by the
 * connection's thread.
 */
final class CreditGrant {
    private final CreditBudget budget;
    private final long mostBytes;
    private long received;
    private long credit;
    private long told;
    private long held;
    private long window = CreditBudget.FIRST_GRANT;
    private long usedSinceGrown;

    /** What the sender may still go by, while a smaller credit is on its way. */
    private long binding;

    private long revokeToken;

    /** @param mostBytes that the connection may hold */
    CreditGrant(CreditBudget budget, long mostBytes) {
        this.budget = budget;
        this.mostBytes = mostBytes;
    }

    /** The connection begins; returns its first credit, which is told. */
    long begin() {
        held = budget.change(0, CreditBudget.FIRST_GRANT);
        credit = held;
        told = credit;
        binding = credit;
        return credit;
    }

    /** What it holds returns to the budget. */
    void end() {
        budget.change(held, 0);
        held = 0;
    }

    void received(int aligned) {
        received += aligned;
        usedSinceGrown += aligned;
    }

    /** Frame bytes since the connection began. */
    long received() {
        return received;
    }

    long credit() {
        return credit;
    }

    /** Whether the sender was allowed to send so much more. */
    boolean covers(int aligned) {
        return received + aligned <= binding;
    }

    /** Frame bytes that may still come. */
    long left() {
        return binding - received;
    }

    /**
     * The window doubles while the sender uses it up, as far as the source's budget allows.
     *
     * @param parkedBytes that wait for room in a channel
     */
    void grow(long parkedBytes) {
        if (revokeToken != 0) {
            return;
        }
        if (parkedBytes > 0) {
            // No more than what leaves for the channel comes back as credit while one is full.
            usedSinceGrown = 0;
        } else if (usedSinceGrown >= window / 2) {
            window = Math.min(mostBytes, window * 2);
            usedSinceGrown = 0;
        }
        held = budget.change(held, Math.max(0, credit - received) + parkedBytes, Math.max(window, parkedBytes));
        long room = held - parkedBytes;
        if (received + room > credit) {
            credit = received + room;
            binding = credit;
        }
    }

    /** Whether the sender should hear of more before it comes to the end of what it was told. */
    boolean isDue() {
        return credit > told && told - received <= held / 2;
    }

    /** An ACK with the credit goes. */
    void told() {
        told = credit;
    }

    /**
     * Shrinks a large grant. With the answer to a PING behind the smaller credit, all that was sent by the old one is here.
     *
     * @return the PING's token, odd; or 0 when nothing is to be taken back
     */
    long revoke(long now) {
        if (credit - received <= CreditBudget.FIRST_GRANT || revokeToken != 0) {
            return 0;
        }
        binding = credit;
        credit = received + CreditBudget.FIRST_GRANT;
        window = CreditBudget.FIRST_GRANT;
        usedSinceGrown = 0;
        revokeToken = now | 1;
        return revokeToken;
    }

    /** A PONG came; returns whether the sender goes by the smaller credit now. */
    boolean isRevokedBy(long token) {
        if (token != revokeToken) {
            return false;
        }
        revokeToken = 0;
        binding = credit;
        return true;
    }
}
