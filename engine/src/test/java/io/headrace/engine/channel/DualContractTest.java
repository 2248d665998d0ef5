package io.headrace.engine.channel;

class DualContractTest extends ChannelContractTest {
    @Override
    ChannelSettings settings() {
        return ChannelSettings.dual("c1", 10_000, 10_000, ChannelRig.FOLDER).withSegments(4 * 1024 * 1024, 1024 * 1024);
    }
}
