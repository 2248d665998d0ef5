package io.headrace.wal;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.frame.Frame;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The appenders against their contract, and the contract against appenders that are broken on purpose. */
class SegmentAppenderTest {
    @Nested
    class Positional extends SegmentAppenderContract {
        @Override
        SegmentAppender create() {
            return new PositionalAppender();
        }
    }

    @Nested
    class Direct extends SegmentAppenderContract {
        @Override
        SegmentAppender create() {
            return new DirectAppender(this::through, SegmentAppender.GROUP_BYTES);
        }

        @Override
        boolean pads() {
            return true;
        }
    }

    @Nested
    class Mapped extends SegmentAppenderContract {
        @Override
        SegmentAppender create() {
            return new MappedAppender();
        }
    }

    /** Frames straddle windows. */
    @Nested
    class MappedInSmallWindows extends SegmentAppenderContract {
        @Override
        SegmentAppender create() {
            return new MappedAppender(8192);
        }
    }

    @Test
    void shouldFailTheContractWhenItAcknowledgesBeforeTheSync() throws Exception {
        assertThat(failures(appender -> new Twin(appender) {
                    @Override
                    public void sync() {
                        // As if it were durable.
                    }
                }))
                .contains("shouldHaveMadeDurableWhatItSynced");
    }

    @Test
    void shouldFailTheContractWhenALengthIsOffByOne() throws Exception {
        assertThat(failures(appender -> new Twin(appender) {
                    @Override
                    public void begin(Segment segment, long offset) throws IOException {
                        super.begin(segment, offset + 16);
                    }
                }))
                .contains("shouldLeaveExactlyTheBytesOfTheFormat", "shouldWriteFramesThatAScannerAccepts");
        assertThat(failures(appender -> new Twin(appender) {
                    @Override
                    public long position() {
                        return super.position() - 1;
                    }
                }))
                .contains("shouldLeaveExactlyTheBytesOfTheFormat");
    }

    @Test
    void shouldFailTheContractWhenAFrameIsLost() throws Exception {
        assertThat(failures(appender -> new Twin(appender) {
                    private int frames;

                    @Override
                    public void stage(long sequence, long durable, int input, long position, Frame frame)
                            throws IOException {
                        if (++frames != 3) {
                            super.stage(sequence, durable, input, position, frame);
                        }
                    }
                }))
                .contains("shouldWriteFramesThatAScannerAccepts");
    }

    @Test
    void shouldFailTheContractWhenFramesAreKept() throws Exception {
        assertThat(failures(appender -> new Twin(appender) {
                    @Override
                    public void stage(long sequence, long durable, int input, long position, Frame frame)
                            throws IOException {
                        super.stage(sequence, durable, input, position, frame.retain());
                    }
                }))
                .contains("shouldHoldAFrameForAsLongAsItsBytesAreNeeded", "shouldGiveStagedFramesBackWhenItIsClosed");
    }

    /** Its writes stay in the page cache. */
    @Test
    void shouldFailTheContractWhenADirectOneAcknowledgesEarly() throws Exception {
        assertThat(failures(() -> new BrokenDirect() {
                    @Override
                    Storage.OpenMode throughMode() {
                        return Storage.OpenMode.WRITE;
                    }

                    @Override
                    SegmentAppender create() {
                        return new Twin(super.create()) {
                            private boolean first = true;

                            @Override
                            public void sync() throws IOException {
                                if (first) {
                                    super.sync();
                                }
                                first = false;
                            }
                        };
                    }
                }))
                .contains("shouldHaveMadeDurableWhatItSynced");
    }

    @Test
    void shouldFailTheContractWhenADirectOneWritesAnAcknowledgedBlockAgain() throws Exception {
        assertThat(failures(() -> new BrokenDirect() {
                    @Override
                    StorageFile through(Path path) throws IOException {
                        return againFromTheBlockBefore(super.through(path));
                    }
                }))
                .containsExactly("shouldNeverWriteABlockTwiceWhereItPads");
    }

    @Test
    void shouldFailTheContractWhenADirectOneForgetsPadding() throws Exception {
        assertThat(failures(() -> new BrokenDirect() {
                    @Override
                    SegmentAppender create() {
                        return new PositionalAppender();
                    }
                }))
                .contains("shouldLeaveExactlyTheBytesOfTheFormat", "shouldNeverWriteABlockTwiceWhereItPads");
    }

    /** With each group the block in front of it, as it was. */
    private static StorageFile againFromTheBlockBefore(StorageFile file) {
        ByteBuffer before = ByteBuffer.allocateDirect(2 * Storage.BLOCK)
                .alignedSlice(Storage.BLOCK)
                .limit(Storage.BLOCK);
        long[] end = {0};
        return (StorageFile) Proxy.newProxyInstance(
                StorageFile.class.getClassLoader(), new Class<?>[] {StorageFile.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("write") && arguments[0] instanceof ByteBuffer from) {
                        long position = (long) arguments[1];
                        if (position == end[0]) {
                            file.write(before.clear().limit(Storage.BLOCK), position - Storage.BLOCK);
                        }
                        end[0] = position + from.remaining();
                        before.clear();
                        for (int i = 0; i < Storage.BLOCK; i++) {
                            before.put(i, from.get(from.limit() - Storage.BLOCK + i));
                        }
                    }
                    return method.invoke(file, arguments);
                });
    }

    private static class BrokenDirect extends SegmentAppenderContract {
        @Override
        SegmentAppender create() {
            return new DirectAppender(this::through, SegmentAppender.GROUP_BYTES);
        }

        @Override
        boolean pads() {
            return true;
        }
    }

    private static List<String> failures(UnaryOperator<SegmentAppender> breaking) throws Exception {
        return failures(() -> new SegmentAppenderContract() {
            @Override
            SegmentAppender create() {
                return breaking.apply(new PositionalAppender());
            }
        });
    }

    /** Names of the contract's tests that fail for a broken appender. */
    private static List<String> failures(Supplier<SegmentAppenderContract> contracts) throws Exception {
        List<String> failed = new ArrayList<>();
        for (Method test : SegmentAppenderContract.class.getDeclaredMethods()) {
            if (test.isAnnotationPresent(Test.class)) {
                SegmentAppenderContract contract = contracts.get();
                try {
                    test.invoke(contract);
                } catch (InvocationTargetException e) {
                    assertThat(e.getCause()).isInstanceOf(AssertionError.class);
                    failed.add(test.getName());
                }
            }
        }
        return failed;
    }

    private static class Twin implements SegmentAppender {
        private final SegmentAppender appender;

        Twin(SegmentAppender appender) {
            this.appender = appender;
        }

        @Override
        public void begin(Segment segment, long offset) throws IOException {
            appender.begin(segment, offset);
        }

        @Override
        public long position() {
            return appender.position();
        }

        @Override
        public boolean accepts(Frame frame) {
            return appender.accepts(frame);
        }

        @Override
        public void stage(long sequence, long durable, int input, long position, Frame frame) throws IOException {
            appender.stage(sequence, durable, input, position, frame);
        }

        @Override
        public int stagedBytes() {
            return appender.stagedBytes();
        }

        @Override
        public void write() throws IOException {
            appender.write();
        }

        @Override
        public void sync() throws IOException {
            appender.sync();
        }

        @Override
        public void close() throws IOException {
            appender.close();
        }
    }
}
