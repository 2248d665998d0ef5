package io.headrace.engine.channel;

class FileContractTest extends ChannelContractTest {
    @Override
    ChannelSettings settings() {
        return ChannelSettings.file("c1", 10_000, ChannelRig.FOLDER).withSegments(4 * 1024 * 1024, 1024 * 1024);
    }
}
