import com.dashjoin.jsonata.JException;
import com.dashjoin.jsonata.Jsonata;
import com.dashjoin.jsonata.json.Json;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * Evaluates JSONata on a JVM, as AWS does, with the bounds that were measured there (issues 2666 to 2786 of floci-io/floci).
 * Reads lines of {"expression", "bindings", "now"} and answers each with {"value"} or {"error"}.
 */
public class Evaluate {
    private static final long MILLISECONDS = 20_000;
    private static final int DEPTH = 100;
    private static final long BYTES = 6_990_256;
    private static final int BYTES_OF_AN_ITEM = 8;

    public static void main(String[] args) throws Exception {
        var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line; (line = lines.readLine()) != null; ) {
            var answer = new StringBuilder();
            try {
                write(Map.of("value", evaluate((Map<?, ?>) Json.parseJson(line))), answer);
            } catch (Throwable error) {
                answer.setLength(0);
                write(Map.of("error", String.valueOf(error)), answer);
            }
            System.out.println(answer);
        }
    }

    private static Object evaluate(Map<?, ?> request) {
        var expression = Jsonata.jsonata((String) request.get("expression"));
        var frame = expression.createFrame();
        frame.setRuntimeBounds(MILLISECONDS, DEPTH);
        boundMemory(frame);
        frame.bind("parse", new Jsonata.JFunction((input, arguments) -> parse(arguments.get(0)), "<s?:x>"));
        frame.bind("millis", new Jsonata.JFunction((input, arguments) -> request.get("now"), "<:n>"));
        frame.bind("eval", (Object) null);
        ((Map<?, ?>) request.get("bindings")).forEach((name, value) -> frame.bind((String) name, value));
        var value = expression.evaluate(null, frame);
        if (value == null) throw new JException("returned nothing (undefined)", -1);
        return value;
    }

    private static Object parse(Object text) {
        try {
            if (text == null) return null;
            var value = Json.parseJson((String) text);
            return value == null ? Jsonata.NULL_VALUE : value;
        } catch (RuntimeException error) {
            throw new JException("D3137: Invalid JSON", -1);
        }
    }

    /** Of strings and lists, which is where an expression of ours could grow. */
    private static void boundMemory(Jsonata.Frame frame) {
        var others = (Jsonata.ExitCallback) frame.lookup("__evaluate_exit");
        frame.setEvaluateExitCallback((expression, input, environment, result) -> {
            others.callback(expression, input, environment, result);
            long bytes = result instanceof String text ? text.length()
                    : result instanceof List<?> list ? (long) list.size() * BYTES_OF_AN_ITEM : 0;
            if (bytes > BYTES) throw new JException("Expression evaluation memory limit exceeded", -1);
        });
    }

    /** JSON in ASCII: a lone surrogate would not survive UTF-8. */
    private static void write(Object value, StringBuilder json) {
        if (value == null || value == Jsonata.NULL_VALUE) {
            json.append("null");
        } else if (value instanceof Map<?, ?> map) {
            json.append('{');
            map.forEach((key, member) -> {
                write(key, json);
                json.append(':');
                write(member, json);
                json.append(',');
            });
            close(json, '}');
        } else if (value instanceof List<?> list) {
            json.append('[');
            list.forEach(item -> {
                write(item, json);
                json.append(',');
            });
            close(json, ']');
        } else if (value instanceof Number || value instanceof Boolean) {
            json.append(value);
        } else {
            json.append('"');
            value.toString().chars().forEach(unit -> {
                if (unit < ' ' || unit > '~' || unit == '"' || unit == '\\') json.append(String.format("\\u%04x", unit));
                else json.append((char) unit);
            });
            json.append('"');
        }
    }

    private static void close(StringBuilder json, char bracket) {
        if (json.charAt(json.length() - 1) == ',') json.setLength(json.length() - 1);
        json.append(bracket);
    }
}
