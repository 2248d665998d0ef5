package io.headrace.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.frame.Frame;
import io.headrace.frame.FrameException;
import io.headrace.frame.FrameFile;
import io.headrace.frame.FrameLayout;
import io.headrace.frame.HopHeader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Frames that a reader leaves in their segments. */
@ParameterizedClass
@EnumSource
class StoredFramesTest {
    private final FileStorage storage = new FileStorage();
    private final LogFixture fixture = new LogFixture(3);
    private final Random random = new Random(11);
    private final LogSettings.Appender appender;
    private final List<Integer> lengths = new ArrayList<>();

    @TempDir
    private Path folder;

    private WriteAheadLog log;
    private long sequence;

    StoredFramesTest(LogSettings.Appender appender) {
        this.appender = appender;
    }

    @AfterEach
    void close() throws IOException {
        if (log != null) {
            log.close();
        }
        fixture.close();
    }

    @Test
    void shouldLeaveLargeFramesWhereTheyAreAsTheyGoOverTheWire() throws IOException {
        open();
        for (int i = 0; i < 60; i++) {
            append(i % 7 == 3 ? 100 + random.nextInt(900) : 40_000 + random.nextInt(20_000));
        }
        int stored = 0;
        try (LogReader reader = log.newReader()) {
            reader.leaveInFile(true);
            reader.seek(1);
            for (long wanted = 1; wanted <= sequence; wanted++) {
                Frame frame = reader.next();
                assertThat(reader.sequence()).isEqualTo(wanted);
                assertThat(frame.length()).isEqualTo(lengths.get((int) wanted - 1));
                assertThat(frame.eventCount()).isOne();
                assertThat(reader.inputPosition()).isEqualTo(wanted * 10);
                if (frame.file() != null) {
                    checkWire(frame, wanted);
                    stored++;
                }
                assertThat(frame.buffer().capacity()).isEqualTo(frame.length() - FrameLayout.HOP_LENGTH);
                frame.release();
            }
            assertThat(reader.next()).isNull();
        }
        assertThat(stored).as("left in their file").isGreaterThan(25);
    }

    @Test
    void shouldReadOnWhereTheLogGoesOn() throws IOException {
        open();
        try (LogReader reader = log.newReader()) {
            reader.leaveInFile(true);
            for (long wanted = 1; wanted <= 40; wanted++) {
                append(50_000);
                Frame frame = reader.next();
                assertThat(frame).isNotNull();
                assertThat(reader.sequence()).isEqualTo(wanted);
                frame.release();
                assertThat(reader.next()).isNull();
                if (wanted % 5 == 0) {
                    reader.rest();
                }
            }
        }
    }

    @Test
    void shouldNotReleaseASegmentThatIsBeingSent_R17() throws IOException {
        open();
        FrameFile sending = null;
        Segment first = null;
        byte[] before = new byte[50_000];
        try (LogReader reader = log.newReader()) {
            for (int i = 0; i < 20; i++) {
                append(50_000);
            }
            reader.leaveInFile(true);
            reader.seek(1);
            for (int i = 0; i < 20; i++) {
                Frame frame = reader.next();
                if (sending == null && frame.file() != null) {
                    sending = frame.file();
                    sending.retain();
                    first = ((SegmentFile) sending).segment();
                }
                frame.release();
            }
        }
        sending.read(ByteBuffer.wrap(before), SegmentHeader.LENGTH);
        commitAll();
        for (int i = 0; i < 60; i++) {
            append(50_000);
            commitAll();
            prepare();
        }
        byte[] after = new byte[50_000];
        sending.read(ByteBuffer.wrap(after), SegmentHeader.LENGTH);
        assertThat(after).as("bytes under way").isEqualTo(before);
        assertThat(first.isReleased()).isTrue();
        assertThat(first.isFree()).isFalse();

        sending.release();

        assertThat(first.isFree()).isTrue();
        assertThat(sending.channel().isOpen()).isFalse();
    }

    @Test
    void shouldKeepAHandleOfItsOwnWhenTheLogIsClosed_R17() throws IOException {
        open();
        append(50_000);
        append(50_000);
        Frame frame;
        try (LogReader reader = log.newReader()) {
            reader.leaveInFile(true);
            reader.next().release();
            frame = reader.next();
        }
        log.close();
        log = null;
        assertThat(frame.file().channel().isOpen()).isTrue();
        assertThat(frame.buffer().capacity()).isEqualTo(frame.length() - FrameLayout.HOP_LENGTH);
        frame.release();
    }

    @Test
    void shouldFindDamageWhenTheBytesAreAskedFor_R18() throws IOException {
        open();
        append(50_000);
        append(50_000);
        try (LogReader reader = log.newReader()) {
            reader.leaveInFile(true);
            reader.next().release();
            Frame frame = reader.next();
            flip(((SegmentFile) frame.file()).segment().path(), frame.fileOffset() + 20_000);

            assertThatThrownBy(frame::readBack)
                    .isInstanceOf(FrameException.class)
                    .hasMessageContaining("frame checksum: ");
            frame.release();
        }
    }

    @Test
    void shouldNameTheSegmentWhenAHeaderIsDamaged() throws IOException {
        open();
        append(50_000);
        append(50_000);
        append(50_000);
        try (LogReader reader = log.newReader()) {
            reader.leaveInFile(true);
            reader.next().release();
            Frame frame = reader.next();
            long end = frame.fileOffset() + frame.alignedLength();
            Path path = ((SegmentFile) frame.file()).segment().path();
            frame.release();
            // Behind padding up to the next block, if there is any.
            long next = appender == LogSettings.Appender.DIRECT ? (end + 4095) / 4096 * 4096 : end;
            flip(path, next + 9);
            // What was read before the damage stands in memory, sound.
            reader.rest();

            assertThatThrownBy(reader::next)
                    .isInstanceOf(LogDamagedException.class)
                    .hasMessageContaining("damaged at " + next);
        }
    }

    private void open() throws IOException {
        LogSettings settings = new LogSettings(List.of(folder), folder, 512 * 1024, 64 * 1024, appender, 0);
        log = WriteAheadLog.open(settings, storage, fixture.clocks);
    }

    private void append(int bytes) throws IOException {
        sequence++;
        Frame frame = fixture.frame(bytes);
        lengths.add(frame.length());
        fixture.append(log, sequence, 0, sequence * 10, frame);
        log.write();
        log.sync();
    }

    private void commitAll() throws IOException {
        log.state().committed().advanceTo(sequence);
        log.checkpoint();
        log.checkpoint();
    }

    private void prepare() {
        for (int i = 0; i < 20; i++) {
            fixture.nanos.addAndGet(10_000_000);
            log.preparer().doWork();
        }
    }

    /** Hop half, origin half, payload and zeros up to 16 bytes. */
    private static void checkWire(Frame frame, long wanted) throws IOException {
        ByteBuffer wire = ByteBuffer.allocate(frame.alignedLength()).order(ByteOrder.LITTLE_ENDIAN);
        frame.file().read(wire, frame.fileOffset());
        wire.clear();
        HopHeader hop = new HopHeader();
        assertThat(hop.read(wire, 0)).isTrue();
        assertThat(hop.sequence()).isEqualTo(wanted);
        assertThat(hop.length()).isEqualTo(frame.length());
        assertThat(hop.tag()).isNotZero();
        assertThat(wire.slice(FrameLayout.HOP_LENGTH, frame.length() - FrameLayout.HOP_LENGTH))
                .isEqualTo(frame.nioBuffer());
        for (int at = frame.length(); at < frame.alignedLength(); at++) {
            assertThat(wire.get(at)).as("padding").isZero();
        }
    }

    private static void flip(Path path, long at) throws IOException {
        try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer one = ByteBuffer.allocate(1);
            file.read(one, at);
            one.put(0, (byte) (one.get(0) ^ 1)).rewind();
            file.write(one, at);
        }
    }
}
