package io.headrace.engine.sink.roll;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PartitionNameTest {
    @Test
    void shouldKeepSafeCharactersAndEncodeOthers() {
        assertThat(PartitionName.of("web-1_a.log")).isEqualTo("web-1_a.log");
        assertThat(PartitionName.of("/var/log/a b.log")).isEqualTo("%2Fvar%2Flog%2Fa%20b.log");
        assertThat(PartitionName.of("50%~é\0")).isEqualTo("50%25%7E%C3%A9%00");
    }

    @Test
    void shouldNeverLeadOutOfTheFolderOrHide() {
        assertThat(PartitionName.of("..")).isEqualTo("%2E.");
        assertThat(PartitionName.of("../x")).isEqualTo("%2E.%2Fx");
        assertThat(PartitionName.of(".hidden")).isEqualTo("%2Ehidden");
    }

    @Test
    void shouldBoundLengthAndStayUnique() {
        String one = PartitionName.of("x".repeat(5000) + "1");
        String two = PartitionName.of("x".repeat(5000) + "2");
        assertThat(one).hasSize(PartitionName.LONGEST).isNotEqualTo(two);
        assertThat(PartitionName.of("x".repeat(PartitionName.LONGEST)))
                .hasSize(PartitionName.LONGEST)
                .doesNotContain("~");
    }
}
