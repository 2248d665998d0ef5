package io.headrace.engine.channel;

class MemoryContractTest extends ChannelContractTest {
    @Override
    ChannelSettings settings() {
        return ChannelSettings.memory("c1", 10_000);
    }
}
