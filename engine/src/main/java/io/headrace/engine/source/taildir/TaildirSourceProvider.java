package io.headrace.engine.source.taildir;

import io.headrace.engine.spi.ComponentProvider;
import io.headrace.engine.spi.Source;
import io.headrace.engine.spi.SourceContext;
import java.util.List;

/** Makes {@link TaildirSource}. */
public final class TaildirSourceProvider implements ComponentProvider.OfSource {
    @Override
    public String alias() {
        return "TAILDIR";
    }

    @Override
    public List<String> otherNames() {
        return List.of("org.apache.flume.source.taildir.TaildirSource");
    }

    @Override
    public Class<? extends Record> settingsType() {
        return TaildirSettings.class;
    }

    @Override
    public String summary() {
        return "follows text files, one event a line; resumes where the channels stand";
    }

    @Override
    public Source create(SourceContext context) {
        return new TaildirSource(context);
    }
}
