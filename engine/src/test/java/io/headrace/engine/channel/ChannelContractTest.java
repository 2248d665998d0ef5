package io.headrace.engine.channel;

import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Holds a policy against the contract. */
abstract class ChannelContractTest {
    abstract ChannelSettings settings();

    @TestFactory
    Stream<DynamicTest> shouldKeepTheContract() {
        return ChannelContract.checks().entrySet().stream()
                .map(check -> DynamicTest.dynamicTest(check.getKey(), () -> {
                    try (ChannelSubject subject = open()) {
                        check.getValue().of(subject);
                    }
                }));
    }

    private ChannelSubject open() throws IOException {
        return new ChannelSubject(new ChannelRig(settings()));
    }
}
