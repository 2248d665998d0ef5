package io.headrace.engine.group;

import io.headrace.engine.spi.SinkProcessor.Member;
import io.headrace.engine.spi.SinkSelector;
import java.util.List;
import java.util.function.LongSupplier;

/** Any of those that wait, each as likely. */
final class RandomSelector implements SinkSelector {
    private final LongSupplier random;

    RandomSelector(LongSupplier random) {
        this.random = random;
    }

    @Override
    public int select(List<? extends Member> waiting) {
        return waiting.size() == 1 ? 0 : (int) Long.remainderUnsigned(random.getAsLong(), waiting.size());
    }
}
