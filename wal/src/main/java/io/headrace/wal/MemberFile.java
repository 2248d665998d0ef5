package io.headrace.wal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * The file that says which log a folder belongs to, where a log has several: text, one line each.
 *
 * <pre>
 *   headrace-log 1
 *   stream 0123456789abcdef0123456789abcdef    stream id of the log
 *   generation 3                               counts the times that the folders changed
 *   folder 1                                   number of this folder, never given again
 *   data 0 /disk1/c1                           number and place of each folder with segments
 *   data 1 /disk2/c1
 *   checkpoint 2 /disk3/c1                     of the one with the checkpoint, unless it is one of these
 *   crc 1a2b3c4d                               CRC32C of all before this line
 * </pre>
 *
 * @param number of the folder that the file stands in
 * @param places all folders of the log, in order of their numbers
 */
record MemberFile(StreamId streamId, long generation, int number, List<Place> places) {
    static final String NAME = "member";

    private static final String UNFINISHED = "member.new";
    private static final String KIND = "headrace-log ";
    private static final String FIRST_LINE = KIND + 1;
    private static final int MAX_LENGTH = 1024 * 1024;
    private static final int ID_DIGITS = 32;

    /** One folder of a log. */
    record Place(int number, boolean data, String path) {}

    MemberFile {
        places = List.copyOf(places);
    }

    /** The place of a number, or null. */
    Place place(int wanted) {
        return places.stream()
                .filter(place -> place.number() == wanted)
                .findFirst()
                .orElse(null);
    }

    /** The same list as it stands in another folder. */
    MemberFile withNumber(int other) {
        return new MemberFile(streamId, generation, other, places);
    }

    int nextNumber() {
        return places.stream().mapToInt(Place::number).max().orElse(-1) + 1;
    }

    /** Where the checkpoint is, when not with segments; or null. */
    Place checkpoint() {
        return places.stream().filter(place -> !place.data()).findFirst().orElse(null);
    }

    /** Whether a folder has the file, sound or not: it is never seen half written, and a disk that is not mounted has none. */
    static boolean isIn(Storage storage, Path folder) throws IOException {
        return storage.exists(folder.resolve(NAME));
    }

    /**
     * The file of a folder; null where there is none or a damaged one.
     *
     * @throws LogVersionException when a later version wrote it
     */
    static MemberFile read(Storage storage, Path folder) throws IOException {
        if (!isIn(storage, folder)) {
            return null;
        }
        try (StorageFile in = storage.open(folder.resolve(NAME), Storage.OpenMode.READ)) {
            ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(in.size(), MAX_LENGTH));
            while (bytes.hasRemaining() && in.read(bytes, bytes.position()) > 0) {
                // Reads may be short.
            }
            return parse(folder.resolve(NAME), new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8));
        }
    }

    /** Puts it into a folder, durably. */
    void write(Storage storage, Path folder) throws IOException {
        Path unfinished = folder.resolve(UNFINISHED);
        if (storage.exists(unfinished)) {
            storage.delete(unfinished);
        }
        try (StorageFile out = storage.open(unfinished, Storage.OpenMode.CREATE)) {
            out.write(ByteBuffer.wrap(text().getBytes(StandardCharsets.UTF_8)), 0);
            out.sync();
        }
        storage.rename(unfinished, folder.resolve(NAME));
        storage.syncFolder(folder);
    }

    private String text() {
        StringBuilder text = new StringBuilder(FIRST_LINE).append('\n');
        text.append("stream ").append(streamId).append('\n');
        text.append("generation ").append(generation).append('\n');
        text.append("folder ").append(number).append('\n');
        for (Place place : places) {
            text.append(place.data() ? "data " : "checkpoint ")
                    .append(place.number())
                    .append(' ')
                    .append(place.path())
                    .append('\n');
        }
        return text + "crc " + checksum(text.toString()) + '\n';
    }

    private static MemberFile parse(Path file, String text) throws LogVersionException {
        int end = text.lastIndexOf("crc ");
        if (end < 0
                || !text.startsWith(KIND)
                || !text.substring(end).strip().equals("crc " + checksum(text.substring(0, end)))) {
            return null;
        }
        String first = text.substring(0, text.indexOf('\n') < 0 ? end : text.indexOf('\n'));
        if (!first.equals(FIRST_LINE)) {
            throw new LogVersionException(file + ": member format version " + first.substring(KIND.length())
                    + " (expected: " + FIRST_LINE.substring(KIND.length()) + ")");
        }
        try {
            return parseLines(text.substring(0, end));
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            // The checksum of something else.
            return null;
        }
    }

    /** @throws IllegalArgumentException or {@link IndexOutOfBoundsException} where a line is not as it should be */
    private static MemberFile parseLines(String text) {
        StreamId stream = null;
        long generation = 0;
        int number = -1;
        List<Place> places = new ArrayList<>();
        for (String line : text.split("\n")) {
            String[] words = line.split(" ", 3);
            switch (words[0]) {
                case "stream" -> stream = streamId(words[1]);
                case "generation" -> generation = Long.parseLong(words[1]);
                case "folder" -> number = Integer.parseInt(words[1]);
                case "data", "checkpoint" ->
                    places.add(new Place(
                            Integer.parseInt(words[1]),
                            words[0].equals("data"),
                            Path.of(words[2]).toString()));
                default -> {
                    // The first line; lines of a later version.
                }
            }
        }
        if (stream == null || generation < 1 || number < 0) {
            throw new IllegalArgumentException("stream, generation, folder: " + stream + ", " + generation + ", "
                    + number + " (expected: one of each)");
        }
        return new MemberFile(stream, generation, number, places);
    }

    private static StreamId streamId(String digits) {
        int half = ID_DIGITS / 2;
        return new StreamId(
                HexFormat.fromHexDigitsToLong(digits.substring(0, half)),
                HexFormat.fromHexDigitsToLong(digits.substring(half)));
    }

    private static String checksum(String text) {
        CRC32C crc = new CRC32C();
        crc.update(text.getBytes(StandardCharsets.UTF_8));
        return HexFormat.of().toHexDigits((int) crc.getValue());
    }
}
