package io.headrace.transport.avro;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;

/** A client that says what a test wants it to say. */
final class RawClient implements AutoCloseable {
    private static final int LONG_MILLIS = 20_000;

    private final Socket socket;
    private final DataInputStream in;

    RawClient(AvroTier tier) throws IOException {
        socket = new Socket("127.0.0.1", tier.port());
        socket.setSoTimeout(LONG_MILLIS);
        in = new DataInputStream(socket.getInputStream());
    }

    void send(ByteBuf bytes) throws IOException {
        byte[] copy = new byte[bytes.readableBytes()];
        bytes.readBytes(copy);
        socket.getOutputStream().write(copy);
    }

    /** The payload of the next answer, which must be that of a request. */
    ByteBuf answer(int serial) throws IOException {
        int answered = in.readInt();
        int pieces = in.readInt();
        if (answered != serial || pieces != 1) {
            throw new AssertionError("answer " + answered + " (expected: " + serial + ")");
        }
        byte[] payload = new byte[in.readInt()];
        in.readFully(payload);
        return Unpooled.wrappedBuffer(payload);
    }

    /** The status of the next answer, after {@code greeting} bytes of handshake. */
    AvroStatus status(int serial, int greeting) throws IOException {
        ByteBuf payload = answer(serial).skipBytes(greeting);
        if (payload.readByte() != 0 || payload.readByte() != 0) {
            return null;
        }
        return AvroStatus.of(payload.readByte() >> 1);
    }

    /** Bytes of answers that are there and not read. */
    int waiting() throws IOException {
        return in.available();
    }

    /** Whether the source has closed the connection. */
    boolean isAtEnd() throws IOException {
        return in.read() < 0;
    }

    /** Ends the connection before the test does. */
    void cut() throws IOException {
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
