package io.headrace.tools.quickstart;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/** What an agent says of itself over HTTP. */
final class AgentEndpoint {
    private static final int TIMEOUT_MILLIS = 2000;
    private static final JsonFactory JSON = new JsonFactory();

    private final int port;

    AgentEndpoint(int port) {
        this.port = port;
    }

    /** Whether it answers and says that it works. */
    boolean isHealthy() {
        try {
            HttpURLConnection connection = open("/health");
            try {
                return connection.getResponseCode() == HttpURLConnection.HTTP_OK;
            } finally {
                connection.disconnect();
            }
        } catch (IOException notYet) {
            return false;
        }
    }

    /** What it says of its health, or why it doesn't. */
    String health() {
        try {
            HttpURLConnection connection = open("/health");
            int status = connection.getResponseCode();
            try (InputStream body = status < 400 ? connection.getInputStream() : connection.getErrorStream()) {
                return status + " " + (body == null ? "" : new String(body.readAllBytes(), StandardCharsets.UTF_8));
            } finally {
                connection.disconnect();
            }
        } catch (IOException failure) {
            return "no answer (" + failure.getMessage() + ")";
        }
    }

    /** Its counters and times as {@code GROUP.component/name}. */
    Map<String, String> metrics() throws IOException {
        HttpURLConnection connection = open("/metrics");
        try (InputStream body = connection.getInputStream();
                JsonParser parser = JSON.createParser(body)) {
            Map<String, String> values = new TreeMap<>();
            String group = null;
            int depth = 0;
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (token == JsonToken.START_OBJECT) {
                    depth++;
                } else if (token == JsonToken.END_OBJECT) {
                    depth--;
                } else if (token == JsonToken.FIELD_NAME && depth == 1) {
                    group = parser.currentName();
                } else if (token.isScalarValue() && depth == 2) {
                    values.put(group + "/" + parser.currentName(), parser.getText());
                }
            }
            return values;
        } finally {
            connection.disconnect();
        }
    }

    private HttpURLConnection open(String path) throws IOException {
        HttpURLConnection connection = (HttpURLConnection)
                URI.create("http://127.0.0.1:" + port + path).toURL().openConnection();
        connection.setConnectTimeout(TIMEOUT_MILLIS);
        connection.setReadTimeout(TIMEOUT_MILLIS);
        return connection;
    }
}
