package io.headrace.tools.powercut;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.locks.LockSupport;
import java.util.zip.CRC32C;

/**
 * Sends a stream to a source {@code link} and notes what is acknowledged, through any number of connections, as {@code
 * transport/PROTOCOL.md} has it. What was acknowledged is never sent again; the rest is, in order. Written from the
 * document and not with the classes of the transport, so that it believes nothing they believe. Threads: one that
 * connects and writes, one that reads while there is a connection.
 */
final class StreamSender implements AutoCloseable {
    private static final int MAGIC = 0x4B4C5248;
    private static final byte HELLO = 1;
    private static final byte WELCOME = 2;
    private static final byte DATA = 3;
    private static final byte ACK = 4;
    private static final byte REJECT = 5;
    private static final byte PING = 6;
    private static final byte PONG = 7;
    private static final int PREFIX = 12;
    private static final long PAUSE_NANOS = 10_000_000;

    private final SentStream stream;
    private final Thread thread;
    private volatile int port;
    private volatile boolean generates;
    private volatile boolean closed;
    private volatile int window = 16;
    private volatile long bytesASecond = 1 << 20;
    private volatile Throwable failure;

    private Socket socket;
    private long base;
    private long answered;
    private long credit;
    private boolean greeted;

    StreamSender(SentStream stream) {
        this.stream = stream;
        thread = new Thread(this::run, "sender-" + stream.number);
        thread.setDaemon(true);
        thread.start();
    }

    /** New frames from now on. */
    void generate(int frames, long rate) {
        window = frames;
        bytesASecond = rate;
        generates = true;
        LockSupport.unpark(thread);
    }

    /** No new frames; what was sent and not acknowledged is still sent again. */
    void pause() {
        generates = false;
    }

    /** Where to connect from now on; 0 for nowhere. */
    void connectTo(int newPort) {
        port = newPort;
        disconnect();
        LockSupport.unpark(thread);
    }

    /** Whether all that was sent is acknowledged. */
    boolean isSettled() {
        rethrow();
        return !generates && stream.acknowledged() == stream.frames();
    }

    void rethrow() {
        Throwable thrown = failure;
        if (thrown instanceof Violation violation) {
            throw violation;
        } else if (thrown != null) {
            throw new IllegalStateException(thrown);
        }
    }

    private void run() {
        try {
            while (!closed) {
                int to = port;
                if (to == 0 || !connect(to)) {
                    LockSupport.parkNanos(PAUSE_NANOS);
                }
            }
        } catch (Throwable t) {
            failure = t;
        }
    }

    /** One connection; false when there was none. */
    private boolean connect(int to) {
        Socket connection = new Socket();
        Thread reader = new Thread(() -> read(connection), thread.getName() + "-reader");
        reader.setDaemon(true);
        try {
            connection.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), to), 5_000);
            connection.setTcpNoDelay(true);
            synchronized (this) {
                socket = connection;
                greeted = false;
            }
            write(connection, hello());
            reader.start();
            send(connection);
            return true;
        } catch (IOException gone) {
            return false;
        } finally {
            close(connection);
            join(reader);
        }
    }

    private void send(Socket connection) throws IOException {
        long next = -1;
        long sentBytes = 0;
        long due = System.nanoTime();
        while (!connection.isClosed()) {
            long inFlight;
            long allowed;
            synchronized (this) {
                if (greeted && next < 0) {
                    next = base + 1;
                }
                inFlight = next < 0 ? Long.MAX_VALUE : next - 1 - base - answered;
                allowed = credit;
            }
            boolean isNew = next > stream.frames();
            long wait = due - System.nanoTime();
            if (inFlight >= window || isNew && (!generates || wait > 0)) {
                LockSupport.parkNanos(isNew && generates && wait > 0 ? Math.min(wait, PAUSE_NANOS) : PAUSE_NANOS / 10);
                continue;
            }
            if (isNew) {
                stream.generate();
            }
            ByteBuffer frame = stream.encode((int) next, stream.acknowledged());
            while (!connection.isClosed() && sentBytes + frame.remaining() > allowed && inFlight > 0) {
                LockSupport.parkNanos(PAUSE_NANOS / 10);
                synchronized (this) {
                    inFlight = next - 1 - base - answered;
                    allowed = credit;
                }
            }
            due = Math.max(due, System.nanoTime() - PAUSE_NANOS) + frame.remaining() * 1_000_000_000L / bytesASecond;
            sentBytes += frame.remaining();
            stream.sending((int) next);
            ByteBuffer message = message(DATA, 32);
            message.putInt(1).putLong(stream.acknowledged()).putLong(frame.remaining());
            write(connection, message, frame);
            next++;
        }
    }

    private void read(Socket connection) {
        try {
            DataInputStream in = new DataInputStream(connection.getInputStream());
            byte[] bytes = new byte[4096];
            while (true) {
                in.readFully(bytes, 0, PREFIX);
                ByteBuffer message = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
                int length = message.getInt(0);
                in.readFully(bytes, PREFIX, length - PREFIX);
                took(connection, message.limit(length));
            }
        } catch (EOFException | java.net.SocketException gone) {
            close(connection);
        } catch (Throwable t) {
            failure = t;
            close(connection);
        }
    }

    private void took(Socket connection, ByteBuffer message) throws IOException {
        switch (message.get(4)) {
            case WELCOME -> {
                synchronized (this) {
                    long kept = message.getLong(24);
                    if (kept > stream.frames()) {
                        throw new Violation("stream " + stream.number + ": frame " + kept
                                + " is said to be kept (expected: at most " + stream.frames() + ", which were sent)");
                    }
                    stream.acknowledge(kept);
                    base = stream.acknowledged();
                    answered = 0;
                    credit = message.getLong(32);
                    greeted = true;
                }
            }
            case ACK -> {
                synchronized (this) {
                    answered = message.getLong(16);
                    credit = message.getLong(24);
                    stream.acknowledge(base + answered);
                }
            }
            case PING -> {
                ByteBuffer pong = message(PONG, 24).putInt(0).putLong(message.getLong(16));
                write(connection, pong);
            }
            case REJECT ->
                throw new Violation("stream " + stream.number + ": rejected: "
                        + new String(message.array(), 26, message.limit() - 26, StandardCharsets.UTF_8));
            default -> {}
        }
        LockSupport.unpark(thread);
    }

    private ByteBuffer hello() {
        byte[] name = ("stream " + stream.number).getBytes(StandardCharsets.US_ASCII);
        ByteBuffer hello = message(HELLO, 52 + 2 + name.length + 2 + 2);
        hello.put(5, (byte) 1);
        hello.putInt(MAGIC).putLong(stream.id()).putLong(stream.id() + 1).putLong(stream.acknowledged());
        hello.putInt(0).putInt(0).putInt(0).putShort((short) name.length).put(name);
        return hello.putShort((short) 0).putShort((short) 0);
    }

    /** Begins a message behind its prefix. */
    private static ByteBuffer message(byte type, int length) {
        ByteBuffer message = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        return message.putInt(length)
                .put(type)
                .put((byte) 0)
                .putShort((short) 0)
                .putInt(0);
    }

    /** Messages without checksum get theirs; a frame behind them goes as it is. */
    private synchronized void write(Socket connection, ByteBuffer message, ByteBuffer... frames) throws IOException {
        CRC32C crc = new CRC32C();
        crc.update(message.array());
        message.putInt(8, (int) crc.getValue());
        OutputStream out = connection.getOutputStream();
        ByteBuffer all = ByteBuffer.allocate(message.capacity() + (frames.length == 0 ? 0 : frames[0].remaining()));
        all.put(message.array());
        for (ByteBuffer frame : frames) {
            all.put(frame);
        }
        out.write(all.array());
    }

    private void disconnect() {
        Socket connection;
        // Not under the lock, which a blocked write holds.
        connection = socket;
        if (connection != null) {
            close(connection);
        }
    }

    private static void close(Socket connection) {
        try {
            connection.close();
        } catch (IOException gone) {
            throw new IllegalStateException(gone);
        }
    }

    private static void join(Thread reader) {
        try {
            reader.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        closed = true;
        disconnect();
        LockSupport.unpark(thread);
        join(thread);
    }
}
