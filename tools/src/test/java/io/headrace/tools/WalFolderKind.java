package io.headrace.tools;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/** What {@code headrace wal} may be pointed at. Sequences 4 to 12 wait in logs, one event of 60 KB each. */
enum WalFolderKind {
    HEALTHY {
        @Override
        Made make(Path folder) throws IOException {
            return healthy(folder);
        }
    },
    EMPTY_LOG {
        @Override
        Made make(Path folder) throws IOException {
            new LogMaker(folder).stop();
            return new Made(folder, null);
        }
    },
    TORN {
        @Override
        Made make(Path folder) throws IOException {
            try (LogMaker maker = new LogMaker(folder)) {
                maker.append(LAST, BYTES).checkpoint(DONE).append(1, 100).append(1, 100);
            }
            flip(folder.resolve(segment(folder, "14:xxx")), positionOf(folder, "14:xxx"));
            return new Made(folder, null);
        }
    },
    CORRUPTED {
        @Override
        Made make(Path folder) throws IOException {
            healthy(folder);
            flip(folder.resolve(segment(folder, DAMAGED + ":xxx")), positionOf(folder, DAMAGED + ":xxx") + 9);
            return new Made(folder, null);
        }
    },
    SEGMENT_MISSING {
        @Override
        Made make(Path folder) throws IOException {
            healthy(folder);
            Files.delete(folder.resolve(segment(folder, DAMAGED + ":xxx")));
            return new Made(folder, null);
        }
    },
    ONE_SLOT_BAD {
        @Override
        Made make(Path folder) throws IOException {
            healthy(folder);
            flip(folder.resolve("checkpoint-a"), 40);
            return new Made(folder, null);
        }
    },
    BOTH_SLOTS_BAD {
        @Override
        Made make(Path folder) throws IOException {
            healthy(folder);
            flip(folder.resolve("checkpoint-a"), 40);
            flip(folder.resolve("checkpoint-b"), 40);
            return new Made(folder, null);
        }
    },
    COPIED {
        @Override
        Made make(Path folder) throws IOException {
            Path original = folder.resolveSibling(folder.getFileName() + "-original");
            healthy(original);
            Files.createDirectories(folder);
            try (Stream<Path> files = Files.list(original)) {
                for (Path file : files.toList()) {
                    Files.copy(file, folder.resolve(file.getFileName()));
                }
            }
            return new Made(folder, null);
        }
    },
    LATER_VERSION {
        @Override
        Made make(Path folder) throws IOException {
            healthy(folder);
            laterVersion(folder.resolve("checkpoint-a"));
            laterVersion(folder.resolve("checkpoint-b"));
            return new Made(folder, null);
        }
    },
    LIVE {
        @Override
        Made make(Path folder) throws IOException {
            LogMaker maker = new LogMaker(folder);
            maker.append(LAST, BYTES).checkpoint(DONE);
            return new Made(folder, maker);
        }
    },
    EMPTY {
        @Override
        Made make(Path folder) throws IOException {
            return new Made(Files.createDirectories(folder), null);
        }
    },
    FOREIGN {
        @Override
        Made make(Path folder) throws IOException {
            Files.writeString(Files.createDirectories(folder).resolve("notes.txt"), "x");
            return new Made(folder, null);
        }
    },
    FLUME {
        @Override
        Made make(Path folder) throws IOException {
            Files.writeString(Files.createDirectories(folder).resolve("log-1"), "x");
            Files.writeString(folder.resolve("log-1.meta"), "x");
            return new Made(folder, null);
        }
    },
    FILE {
        @Override
        Made make(Path folder) throws IOException {
            return new Made(Files.writeString(folder, "x"), null);
        }
    },
    NOT_THERE {
        @Override
        Made make(Path folder) {
            return new Made(folder, null);
        }
    };

    /** The last sequence that is committed. */
    static final int DONE = 3;

    static final int LAST = 12;

    /** The sequence that is hit. */
    static final int DAMAGED = 7;

    private static final int BYTES = 60_000;
    private static final int VERSION_OFFSET = 8;
    private static final int CHECKED_BYTES = 28;

    /** The sequences of the events that wait and hold, in order. */
    List<Integer> waiting() {
        return switch (this) {
            case CORRUPTED -> sequences(DONE + 1, LAST, DAMAGED, DAMAGED);
            case SEGMENT_MISSING -> sequences(DONE + 1, LAST, 5, 8);
            case BOTH_SLOTS_BAD -> sequences(1, LAST, 0, 0);
            case TORN -> sequences(DONE + 1, LAST + 1, 0, 0);
            case HEALTHY, ONE_SLOT_BAD, COPIED, LIVE -> sequences(DONE + 1, LAST, 0, 0);
            case EMPTY_LOG, LATER_VERSION, EMPTY, FOREIGN, FLUME, FILE, NOT_THERE -> List.of();
        };
    }

    private static List<Integer> sequences(int first, int last, int lostFrom, int lostTo) {
        return IntStream.rangeClosed(first, last)
                .filter(sequence -> sequence < lostFrom || sequence > lostTo)
                .boxed()
                .toList();
    }

    /** Puts it where nothing is yet. */
    abstract Made make(Path folder) throws IOException;

    /** What to point at, and who has it open. */
    record Made(Path log, LogMaker holder) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            if (holder != null) {
                holder.close();
            }
        }
    }

    private static Made healthy(Path folder) throws IOException {
        new LogMaker(folder).append(LAST, BYTES).checkpoint(DONE).stop();
        return new Made(folder, null);
    }

    /** The segment whose frames hold a text. */
    private static Path segment(Path folder, String text) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".wal")).toList()) {
                if (Files.readString(file, StandardCharsets.ISO_8859_1).contains(text)) {
                    return file;
                }
            }
        }
        throw new IOException(text + ": in no segment of " + folder);
    }

    private static long positionOf(Path folder, String text) throws IOException {
        return Files.readString(segment(folder, text), StandardCharsets.ISO_8859_1)
                .indexOf(text);
    }

    private static void flip(Path file, long at) throws IOException {
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
            bytes.seek(at);
            int old = bytes.read();
            bytes.seek(at);
            bytes.write(old ^ 4);
        }
    }

    /** Another version with a header checksum that holds. */
    private static void laterVersion(Path slot) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(slot)).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putInt(VERSION_OFFSET, 99);
        CRC32C crc = new CRC32C();
        crc.update(bytes.array(), 0, CHECKED_BYTES);
        bytes.putInt(CHECKED_BYTES, (int) crc.getValue());
        Files.write(slot, bytes.array());
    }
}
