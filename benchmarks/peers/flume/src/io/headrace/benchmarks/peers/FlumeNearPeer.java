package io.headrace.benchmarks.peers;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.flume.Event;
import org.apache.flume.EventDeliveryException;
import org.apache.flume.api.NettyAvroRpcClient;
import org.apache.flume.api.RpcClient;
import org.apache.flume.api.RpcClientFactory;
import org.apache.flume.event.EventBuilder;

/** Flume's Avro client, one a connection and thread, with batches as large as a frame of ours, events made before. */
public final class FlumeNearPeer implements PeerWork {
    private final Path folder;

    private FlumeNearPeer(Path folder) {
        this.folder = folder;
    }

    /**
     * @param arguments the folder to write in
     */
    public static void main(String[] arguments) {
        PeerServer.serve(new FlumeNearPeer(Path.of(arguments[0])));
    }

    @Override
    public Map<String, String> run(Order order) throws Exception {
        int batch = (int) order.number("frameEvents");
        int eventBytes = (int) order.number("eventBytes");
        Bodies bodies = Bodies.of(eventBytes);
        List<List<Event>> batches = new ArrayList<>();
        long[] checksums = new long[(int) order.number("distinctBatches")];
        int body = 0;
        for (int i = 0; i < checksums.length; i++) {
            List<Event> events = new ArrayList<>();
            for (int j = 0; j < batch; j++) {
                events.add(EventBuilder.withBody(bodies.copy(body)));
                checksums[i] += bodies.checksum(body);
                body = body + 1 == bodies.count() ? 0 : body + 1;
            }
            batches.add(events);
        }
        AtomicLong sent = new AtomicLong();
        AtomicLong sum = new AtomicLong();
        List<RpcClient> clients = new ArrayList<>();
        Workers sending = new Workers();
        Stopwatch watch = Stopwatch.start(folder);
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(order.number("millis"));
        for (int i = 0; i < order.number("connections"); i++) {
            RpcClient client = connect(order.text("port"), batch);
            clients.add(client);
            sending.start("client-" + i, () -> send(client, batches, checksums, end, sent, sum));
        }
        sending.await();
        long events = sent.get() * batch;
        Map<String, String> figures = watch.stop(events, events * eventBytes);
        clients.forEach(RpcClient::close);
        figures.put("sentEvents", Long.toString(events));
        figures.put("checksums", Long.toString(sum.get()));
        figures.put("wireBytes", Long.toString(events * eventBytes));
        return figures;
    }

    private static RpcClient connect(String port, int batch) {
        Properties properties = new Properties();
        properties.setProperty("client.type", NettyAvroRpcClient.class.getName());
        properties.setProperty("hosts", "h");
        properties.setProperty("hosts.h", "127.0.0.1:" + port);
        properties.setProperty("batch-size", Integer.toString(batch));
        return RpcClientFactory.getInstance(properties);
    }

    private static void send(
            RpcClient client, List<List<Event>> batches, long[] checksums, long end, AtomicLong sent, AtomicLong sum)
            throws EventDeliveryException {
        int next = 0;
        do {
            client.appendBatch(batches.get(next));
            sent.incrementAndGet();
            sum.addAndGet(checksums[next]);
            next = next + 1 == checksums.length ? 0 : next + 1;
        } while (System.nanoTime() < end);
    }
}
