package io.headrace.transport.avro;

import io.netty.buffer.ByteBuf;

/** Writes the answers to requests, each as one message of one piece. */
final class Answers {
    private static final int USUAL = 64;
    private static final int LENGTH_AT = 8;
    private static final int PAYLOAD_AT = 12;

    private Answers() {}

    static void write(ByteBuf out, AvroRequest request) {
        int begin = out.writerIndex();
        out.ensureWritable(USUAL);
        out.writeInt(request.serial()).writeInt(1).writeInt(0);
        out.writeBytes(request.greeting());
        switch (request.outcome()) {
            case OK -> status(out, AvroStatus.OK);
            case FAILED -> status(out, AvroStatus.FAILED);
            case ERROR -> {
                AvroOutput.writeLong(out, 0);
                out.writeByte(1);
                AvroOutput.writeLong(out, 0);
                AvroOutput.writeString(out, request.error());
            }
            case GREETING -> {}
        }
        out.setInt(begin + LENGTH_AT, out.writerIndex() - begin - PAYLOAD_AT);
    }

    private static void status(ByteBuf out, AvroStatus status) {
        AvroOutput.writeLong(out, 0);
        out.writeByte(0);
        AvroOutput.writeLong(out, status.ordinal());
    }
}
