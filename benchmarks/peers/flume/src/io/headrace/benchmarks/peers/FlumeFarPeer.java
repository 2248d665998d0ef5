package io.headrace.benchmarks.peers;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.zip.CRC32C;
import org.apache.flume.Channel;
import org.apache.flume.ChannelSelector;
import org.apache.flume.Context;
import org.apache.flume.Event;
import org.apache.flume.Transaction;
import org.apache.flume.channel.ChannelProcessor;
import org.apache.flume.channel.MemoryChannel;
import org.apache.flume.channel.ReplicatingChannelSelector;
import org.apache.flume.channel.file.FileChannel;
import org.apache.flume.conf.Configurables;
import org.apache.flume.source.AvroSource;

/**
 * Flume's Avro source, its memory or file channel, and a null sink that takes transactions of 1,000 events. The same two
 * orders as of {@code LinkFarPeer}.
 */
public final class FlumeFarPeer implements PeerWork {
    private static final int TRANSACTION_EVENTS = 1000;
    private static final long LONGEST_WAIT_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final Path folder;
    private final CRC32C crc = new CRC32C();
    private Channel channel;
    private AvroSource source;
    private Thread sink;
    private Stopwatch watch;
    private long checksums;
    private volatile long events;
    private volatile boolean stopping;

    private FlumeFarPeer(Path folder) {
        this.folder = folder;
    }

    /**
     * @param arguments the folder to write in
     */
    public static void main(String[] arguments) {
        PeerServer.serve(new FlumeFarPeer(Path.of(arguments[0])));
    }

    @Override
    public Map<String, String> run(Order order) throws Exception {
        return order.text("mode").equals("open") ? open(order) : finish(order);
    }

    private Map<String, String> open(Order order) throws Exception {
        channel = order.text("channel").equals("file") ? fileChannel() : memoryChannel();
        channel.start();
        events = 0;
        checksums = 0;
        stopping = false;
        sink = new Thread(this::take, "sink");
        sink.setDaemon(true);
        sink.start();
        int port = freePort();
        ChannelSelector selector = new ReplicatingChannelSelector();
        selector.setChannels(List.of(channel));
        source = new AvroSource();
        source.setName("r");
        source.setChannelProcessor(new ChannelProcessor(selector));
        Configurables.configure(source, new Context(Map.of("bind", "127.0.0.1", "port", Integer.toString(port))));
        source.start();
        watch = Stopwatch.start(folder);
        return Map.of("port", Integer.toString(port));
    }

    private Channel memoryChannel() {
        MemoryChannel memory = new MemoryChannel();
        memory.setName("c");
        Configurables.configure(
                memory, new Context(Map.of("capacity", "200000", "transactionCapacity", "" + TRANSACTION_EVENTS)));
        return memory;
    }

    private Channel fileChannel() throws IOException {
        FileChannel file = new FileChannel();
        file.setName("c");
        Configurables.configure(
                file,
                new Context(Map.of(
                        "checkpointDir",
                        Files.createDirectories(folder.resolve("checkpoint")).toString(),
                        "dataDirs",
                        Files.createDirectories(folder.resolve("data")).toString())));
        return file;
    }

    private static int freePort() throws IOException {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return probe.getLocalPort();
        }
    }

    private Map<String, String> finish(Order order) throws Exception {
        long expected = order.number("events");
        long end = System.nanoTime() + LONGEST_WAIT_NANOS;
        while (events < expected && System.nanoTime() < end) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
        Map<String, String> figures = watch.stop(expected, order.number("bytes"));
        source.stop();
        stopping = true;
        // It has all and waits in a take that finds nothing, for seconds where it is a memory channel's.
        sink.interrupt();
        sink.join();
        channel.stop();
        if (expected == 0 || events != expected || checksums != order.number("checksums")) {
            throw new IllegalStateException("events taken: " + events + ", checksums " + checksums + " (expected: "
                    + expected + ", " + order.text("checksums") + ", not 0)");
        }
        return figures;
    }

    private void take() {
        while (!stopping) {
            Transaction transaction = channel.getTransaction();
            transaction.begin();
            int count = 0;
            while (count < TRANSACTION_EVENTS && !stopping) {
                Event event = channel.take();
                if (event == null) {
                    break;
                }
                crc.reset();
                crc.update(event.getBody());
                checksums += (int) crc.getValue();
                count++;
            }
            transaction.commit();
            transaction.close();
            events += count;
            if (count == 0) {
                // A file channel's take doesn't wait: the sink would take a core from the source.
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
            }
        }
    }
}
