package io.headrace.client;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Stands between a client and a collector: can lose the collector's answers, be cut, and be mended. For any thread. */
final class Cable implements AutoCloseable {
    private final List<Socket> ends = new CopyOnWriteArrayList<>();
    private final int to;
    private final ServerSocket listening;
    private volatile boolean mute;
    private volatile boolean cut;

    Cable(int to) throws IOException {
        this.to = to;
        this.listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        begin(this::accept);
    }

    String address() {
        return "127.0.0.1:" + listening.getLocalPort();
    }

    /** What the collector says from now on is lost. */
    void mute() {
        mute = true;
    }

    /** Ends all connections, and those that come, at once. */
    synchronized void cut() {
        cut = true;
        ends.forEach(Cable::end);
        ends.clear();
    }

    /** New connections live and hear again. */
    synchronized void mend() {
        cut = false;
        mute = false;
    }

    private void accept() {
        while (!listening.isClosed()) {
            try {
                join(listening.accept());
            } catch (IOException e) {
                // Closed, which ends the loop, or a connection that was gone before it was joined.
                continue;
            }
        }
    }

    private synchronized void join(Socket client) throws IOException {
        if (cut) {
            client.close();
            return;
        }
        ends.add(client);
        Socket collector = new Socket();
        ends.add(collector);
        try {
            collector.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), to));
        } catch (IOException e) {
            client.close();
            throw e;
        }
        begin(() -> copy(client, collector, false));
        begin(() -> copy(collector, client, true));
    }

    private void copy(Socket from, Socket into, boolean answers) {
        byte[] bytes = new byte[16 * 1024];
        try (InputStream in = from.getInputStream();
                OutputStream out = into.getOutputStream()) {
            int read = in.read(bytes);
            while (read >= 0) {
                if (!answers || !mute) {
                    out.write(bytes, 0, read);
                }
                read = in.read(bytes);
            }
        } catch (IOException e) {
            // One end is gone: so is the other.
            end(into);
        }
    }

    private static void end(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void begin(Runnable task) {
        Thread thread = new Thread(task, "cable");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() {
        cut();
        try {
            listening.close();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
