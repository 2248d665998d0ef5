package io.headrace.tools.tune;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * What the line to the far end carries without any protocol: the server greets, the client names a number of bytes and sends
 * so many, the server answers with one. The server believes nothing of it: it has one buffer for each connection and keeps nothing.
 */
final class BareLine implements AutoCloseable {
    private static final int BLOCK = 256 * 1024;
    private static final long LONG_ENOUGH_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long SENDING_NANOS = TimeUnit.MILLISECONDS.toNanos(600);
    private static final long MOST_BYTES = 1L << 30;
    private static final int PINGS = 200;
    private static final long PINGS_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final int TIMEOUT_MILLIS = 5_000;
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    /** What the server says first, so that nobody measures the line to something else. */
    private static final long GREETING = 0x48524C494E453031L;

    private final ServerSocket server;
    private volatile boolean closed;

    /**
     * What was measured.
     *
     * @param bytesPerSecond one connection, one way, at best
     * @param roundTripMicros median
     */
    record Speed(double bytesPerSecond, double roundTripMicros) {}

    private BareLine(ServerSocket server) {
        this.server = server;
    }

    /** Listens; port 0 lets the system choose. */
    @SuppressWarnings("resource") // closed with this
    static BareLine listen(String host, int port) throws IOException {
        ServerSocket server = new ServerSocket();
        try {
            server.bind(new InetSocketAddress(host, port));
        } catch (IOException e) {
            server.close();
            throw new IOException(host + ":" + port + ": " + e.getMessage(), e);
        }
        BareLine line = new BareLine(server);
        start("tune-line", line::accept);
        return line;
    }

    int port() {
        return server.getLocalPort();
    }

    @Override
    public void close() throws IOException {
        closed = true;
        server.close();
    }

    private void accept() {
        while (!closed) {
            try {
                Socket socket = server.accept();
                start("tune-line-connection", () -> serve(socket));
            } catch (IOException e) {
                if (!closed) {
                    throw new IllegalStateException("bare line: " + e.getMessage(), e);
                }
            }
        }
    }

    private static void start(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
    }

    private static void serve(Socket socket) {
        byte[] block = new byte[BLOCK];
        try (socket) {
            socket.setTcpNoDelay(true);
            DataInputStream in = new DataInputStream(socket.getInputStream());
            new DataOutputStream(socket.getOutputStream()).writeLong(GREETING);
            while (true) {
                long left = in.readLong();
                while (left > 0) {
                    int read = in.read(block, 0, (int) Math.min(block.length, left));
                    if (read < 0) {
                        return;
                    }
                    left -= read;
                }
                socket.getOutputStream().write(1);
            }
        } catch (EOFException e) {
            // The client has what it wanted to know.
            return;
        } catch (IOException e) {
            // It is gone in the middle: it says so itself.
            return;
        }
    }

    /**
     * Measures for a second or so.
     *
     * @param stop true ends it within a tenth of a second
     * @return null when it was stopped
     * @throws IOException when nobody answers there, or somebody else does
     */
    static Speed measure(String host, int port, BooleanSupplier stop) throws IOException {
        AtomicBoolean done = new AtomicBoolean();
        try (Socket socket = new Socket()) {
            start("tune-line-watch", () -> closeWhenStopped(socket, stop, done));
            InetSocketAddress address = new InetSocketAddress(host, port);
            if (address.isUnresolved()) {
                throw new IOException("no such host");
            }
            socket.connect(address, TIMEOUT_MILLIS);
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.setTcpNoDelay(true);
            DataOutputStream out = new DataOutputStream(socket.getOutputStream());
            DataInputStream in = new DataInputStream(socket.getInputStream());
            greeted(in);
            double roundTrip = roundTrip(out, in);
            return new Speed(sendingSpeed(out, in), roundTrip);
        } catch (IOException e) {
            if (stop.getAsBoolean()) {
                return null;
            }
            throw e;
        } finally {
            done.set(true);
        }
    }

    private static void greeted(DataInputStream in) throws IOException {
        boolean greeted;
        try {
            greeted = in.readLong() == GREETING;
        } catch (EOFException | SocketTimeoutException e) {
            throw new IOException("something else listens there", e);
        }
        if (!greeted) {
            throw new IOException("something else listens there");
        }
    }

    /** Connecting, sending and waiting for an answer end when the socket is closed, and by nothing else. */
    private static void closeWhenStopped(Socket socket, BooleanSupplier stop, AtomicBoolean done) {
        while (!done.get()) {
            if (stop.getAsBoolean()) {
                try {
                    socket.close();
                } catch (IOException e) {
                    throw new IllegalStateException("bare line: " + e.getMessage(), e);
                }
                return;
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    /** As much as takes some time, more than once: the first time says how fast Java is before it has compiled. */
    private static double sendingSpeed(DataOutputStream out, DataInputStream in) throws IOException {
        byte[] block = new byte[BLOCK];
        long begun = System.nanoTime();
        double shortSends = 0;
        double longSends = 0;
        long bytes = BLOCK;
        long now;
        do {
            long nanos = send(bytes, block, out, in);
            if (nanos < LONG_ENOUGH_NANOS && bytes < MOST_BYTES) {
                // What goes in a moment stands in buffers, and a line that is shaped lets a burst pass.
                shortSends = bytes * 1e9 / nanos;
                bytes *= 2;
            } else {
                longSends = Math.max(longSends, bytes * 1e9 / nanos);
            }
            now = System.nanoTime();
        } while (now - begun < SENDING_NANOS);
        return longSends > 0 ? longSends : shortSends;
    }

    private static double roundTrip(DataOutputStream out, DataInputStream in) throws IOException {
        double[] micros = new double[PINGS];
        byte[] one = new byte[1];
        long begun = System.nanoTime();
        int count = 0;
        while (count < PINGS && System.nanoTime() - begun < PINGS_NANOS) {
            micros[count++] = send(1, one, out, in) / 1e3;
        }
        double[] measured = Arrays.copyOf(micros, count);
        return Search.median(measured, count);
    }

    private static long send(long bytes, byte[] block, DataOutputStream out, DataInputStream in) throws IOException {
        long begun = System.nanoTime();
        out.writeLong(bytes);
        for (long left = bytes; left > 0; left -= block.length) {
            out.write(block, 0, (int) Math.min(block.length, left));
        }
        in.readByte();
        return System.nanoTime() - begun;
    }
}
