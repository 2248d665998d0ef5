package io.headrace.engine.sink;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HexDumpTest {
    @Test
    void shouldShowAnEventAsFlumeDoes() {
        assertThat(dump("Hello world!\r", 16))
                .isEqualTo("{ headers:{} body: 48 65 6C 6C 6F 20 77 6F 72 6C 64 21 0D          Hello world!. }");
    }

    @Test
    void shouldCutABodyOff() {
        assertThat(dump("Hello world!", 5))
                .isEqualTo("{ headers:{} body: 48 65 6C 6C 6F                                  Hello }");
    }

    @Test
    void shouldShowNothingOfAnEmptyBody() {
        assertThat(HexDump.event(Map.of("k", "v"), new byte[0], 16)).isEqualTo("{ headers:{k=v} body: }");
        assertThat(dump("x", 0)).isEqualTo("{ headers:{} body: }");
    }

    /** What Flume 1.11 prints for the same events, whatever the order in which their headers were set. */
    @Test
    void shouldShowHeadersInTheOrderOfFlumesMap() {
        Map<String, String> headers = new LinkedHashMap<>();
        List.of("timestamp", "host", "file", "basename", "zeta", "alpha", "key", "datacenter")
                .forEach(name -> headers.put(name, name.substring(0, 1)));
        assertThat(HexDump.event(headers, new byte[] {0, 9, 127, (byte) 128}, 16))
                .isEqualTo("{ headers:{zeta=z, file=f, basename=b, alpha=a, host=h, datacenter=d, key=k, timestamp=t}"
                        + " body: 00 09 7F 80                                     .... }");
    }

    @Test
    void shouldBreakLongBodiesIntoLinesWithOffsets() {
        assertThat(dump("0123456789abcdefXY\u00e4", 100).split(System.lineSeparator()))
                .containsExactly(
                        "{ headers:{} body: 30 31 32 33 34 35 36 37 38 39 61 62 63 64 65 66 0123456789abcdef",
                        "00000010 58 59 C3 A4                                     XY.. }");
    }

    private static String dump(String body, int maxBytes) {
        return HexDump.event(Map.of(), body.getBytes(StandardCharsets.UTF_8), maxBytes);
    }
}
