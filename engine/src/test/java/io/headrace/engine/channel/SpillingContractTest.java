package io.headrace.engine.channel;

class SpillingContractTest extends ChannelContractTest {
    @Override
    ChannelSettings settings() {
        return ChannelSettings.dual("c1", 20, 10_000, ChannelRig.FOLDER).withSegments(4 * 1024 * 1024, 1024 * 1024);
    }
}
