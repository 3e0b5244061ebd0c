package ai.auditor.text.internal.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.auditor.AuditException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against jinja2 3.1.6 set up as transformers does (src/test/python/chat_templates.py), and against hostile templates. */
class TemplateTest {
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-03-07T14:05:09Z"), ZoneOffset.UTC);

    @Test
    void chatTemplatesRenderAsJinjaRendersThem() throws IOException {
        JsonNode golden = golden("chat_templates.json");
        List<String> wrong = new ArrayList<>();
        for (JsonNode entry : golden.get("cases")) {
            Map<String, Object> variables = new LinkedHashMap<>(variables(golden.get("specials")));
            variables.put(
                    "messages",
                    value(golden.get("conversations").get(entry.get("chat").asText())));
            variables.put("tools", Template.NONE);
            variables.put("documents", Template.NONE);
            variables.put("add_generation_prompt", entry.get("prompt").asBoolean());
            String template = entry.get("template").asText();
            compare(
                    golden.get("templates").get(template).asText(),
                    variables,
                    CLOCK,
                    entry,
                    template + "/" + entry.get("chat"),
                    wrong);
        }
        assertThat(golden.get("cases").size()).isGreaterThan(300);
        assertThat(wrong).isEmpty();
    }

    @Test
    void familiesAreLaidOutAsTransformersLaysThemOut() throws IOException {
        JsonNode golden = golden("chat_families.json");
        Clock day = Clock.fixed(Instant.parse("2024-07-26T00:00:00Z"), ZoneOffset.UTC);
        List<String> wrong = new ArrayList<>();
        for (JsonNode entry : golden.get("layouts")) {
            JsonNode family = golden.get("families").get(entry.get("family").asText());
            Map<String, Object> variables = new LinkedHashMap<>(variables(family.get("specials")));
            variables.put("tools", Template.NONE);
            variables.put("documents", Template.NONE);
            variables.putAll(
                    variables(golden.get("settings").get(entry.get("settings").asText())));
            variables.put(
                    "messages",
                    value(golden.get("conversations").get(entry.get("chat").asText())));
            variables.put("add_generation_prompt", entry.get("prompt").asBoolean());
            compare(family.get("template").asText(), variables, day, entry, entry.toString(), wrong);
        }
        assertThat(golden.get("layouts").size()).isGreaterThan(400);
        assertThat(wrong).isEmpty();
    }

    @Test
    void expressionsAndStatementsGiveWhatJinjaGives() throws IOException {
        JsonNode golden = golden("expressions.json");
        Map<String, Object> variables = variables(golden.get("variables"));
        List<String> wrong = new ArrayList<>();
        for (JsonNode entry : golden.get("cases")) {
            String source = entry.get("source").asText();
            compare(source, variables, CLOCK, entry, source, wrong);
        }
        assertThat(golden.get("cases").size()).isGreaterThan(1000);
        assertThat(wrong).isEmpty();
    }

    private static void compare(
            String source,
            Map<String, Object> variables,
            Clock clock,
            JsonNode entry,
            String label,
            List<String> wrong) {
        String expected = entry.has("text") ? "text: " + entry.get("text").asText() : "error";
        String actual;
        try {
            actual = "text: " + Template.parse(source).render(variables, clock);
        } catch (TemplateFault fault) {
            actual = "error";
            if (!expected.equals(actual)) {
                actual += " " + fault.place() + " " + fault.getMessage();
            }
        }
        if (!expected.equals(actual)) {
            wrong.add(label + "\n  expected " + entry + "\n  actual   " + actual);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{% for i in range(10**9) %}{% endfor %}",
                "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}",
                "{% set ns = namespace(s='xxxxxxxx') %}{% for i in range(60) %}{% set ns.s = ns.s + ns.s %}{% endfor %}",
                "{% set ns = namespace(s='xxxxxxxx') %}{% for i in range(60) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}",
                "{% set ns = namespace(s='xxxxxxxx') %}{% for i in range(60) %}{% set ns.s = [ns.s, ns.s] | join %}{% endfor %}",
                "{% set ns = namespace(s='xxxxxxxx') %}{% for i in range(60) %}{% set ns.s = ns.s | replace('x', ns.s) %}{% endfor %}",
                "{% set ns = namespace(s='x\nx') %}{% for i in range(60) %}{% set ns.s = ns.s | indent(ns.s) %}{% endfor %}",
                "{% set ns = namespace(s='xx') %}{% for i in range(60) %}{% set ns.s = ns.s.join(ns.s) %}{% endfor %}",
                "{% set ns = namespace(s=[1, 2]) %}{% for i in range(60) %}{% set ns.s = ns.s + ns.s %}{% endfor %}",
                "{% set ns = namespace(s=[1]) %}{% for i in range(99999) %}{% set ns.s = [ns.s] %}{% endfor %}{{ ns.s }}",
                "{% set ns = namespace(s=[1]) %}{% for i in range(60) %}{% set ns.s = [ns.s, ns.s] %}{% endfor %}{{ ns.s | tojson }}",
                "{% set ns = namespace(s=[1]) %}{% for i in range(60) %}{% set ns.s = [ns.s, ns.s] %}{% endfor %}{{ ns.s }}",
                "{% set ns = namespace(s=[1]) %}{% for i in range(60) %}{% set ns.s = [ns.s, ns.s] %}{% endfor %}{{ ns.s == ns.s + [] }}",
                "{{ 'x' * 10**9 }}",
                "{{ 'x' * 2**40 }}",
                "{{ [0] * 10**9 }}",
                "{{ 'a' | indent(10**9, true) }}",
                "{{ [1] | tojson(indent=10**9) }}",
                "{{ [1] | batch(10**9, 0) | list }}",
                "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
                "{% macro f() %}{{ f() }}{{ f() }}{% endmacro %}{{ f() }}",
                "{{ ''.__class__.__mro__ }}",
                "{{ range.__globals__.x }}",
                "{{ [].append.__self__ }}",
            })
    void hostileTemplatesEndInAnError(String source) {
        assertThatThrownBy(() -> Template.parse(source).render(Map.of(), CLOCK)).isInstanceOf(TemplateFault.class);
    }

    /** Each was quadratic, or read without a count: they must end within the limits, which takes seconds at most. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{% set t = 'a ' * 30000000 %}{% set u = t.split() %}",
                "{% set t = 'a ' * 16000000 %}{% set u = t.split() %}",
                "{% set t = 'a' * 30000000 %}{% for i in range(99999) %}{% set u = t[i] %}{% endfor %}",
                "{% set t = 'a' * 30000000 %}{% for i in range(99999) %}{% if t is iterable %}{% endif %}{% endfor %}",
                "{% set t = 'a' * 9000000 %}{% set u = 'a' * 9000000 %}{% for i in range(99999) %}{% if t is eq u %}{% endif %}{% endfor %}",
                "{% set t = 'a' * 9000000 %}{% set d = {t: 1} %}{% set u = 'a' * 9000000 %}{% for i in range(99999) %}{% set v = d[u] %}{% endfor %}",
                "{% set t = 'a' * 9000000 %}{% set u = range(99999) | map(attribute='x', default=t) | sort %}",
                "{{ ('1_' * 200000 ~ '1') | int }}",
                "{{ ('%Y' * 500000) and strftime_now('%Y' * 500000) }}",
            })
    void workThatMakesNoTextCountsToo(String source) {
        assertThatThrownBy(() -> Template.parse(source).render(Map.of(), CLOCK))
                .isInstanceOfSatisfying(
                        TemplateFault.class,
                        fault -> assertThat(fault.place().line()).isPositive());
    }

    @Test
    void searchesAreLinear() {
        String texts = "{% set t = 'a' * 5000000 %}{% set u = 'a' * 2500000 + 'b' %}";
        for (String search : List.of(
                "t.find(u)",
                "t.rfind('b' + u)",
                "t.count(u) - 1",
                "t.split(u)|length - 2",
                "t.replace(u, '')|length - 5000001",
                "(u in t)|int - 1")) {
            assertThat(Template.parse(texts + "{{ " + search + " }}").render(Map.of(), CLOCK))
                    .as(search)
                    .isEqualTo("-1");
        }
        String words = "{% set t = 'a ' * 1000000 %}";
        assertThat(Template.parse(words + "{{ t.rsplit(' ', 900000)|length }} {{ t.split()|length }}")
                        .render(Map.of(), CLOCK))
                .isEqualTo("900001 1000000");
    }

    @Test
    void searchesFindWhatJavaFinds() {
        for (int seed = 0; seed < 5000; seed++) {
            Random random = new Random(seed);
            String text = letters(random, random.nextInt(14));
            String part = letters(random, random.nextInt(5));
            int from = random.nextInt(text.length() + 2);
            Run run = new Run(CLOCK);
            assertThat(Search.forward(run, text, part).from(Math.min(from, text.length())))
                    .as("seed %d", seed)
                    .isEqualTo(text.indexOf(part, Math.min(from, text.length())));
            assertThat(Search.backward(run, text, part).upTo(from))
                    .as("seed %d", seed)
                    .isEqualTo(text.lastIndexOf(part, from));
        }
    }

    private static String letters(Random random, int count) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < count; i++) {
            out.append((char) ('a' + random.nextInt(2)));
        }
        return out.toString();
    }

    @Test
    void longLiteralsAreAFaultOrAValueAndNoOverflow() {
        for (String literal : List.of("1".repeat(1_000_000), "1_".repeat(400_000) + "1")) {
            assertThatThrownBy(() -> Template.parse("{{ " + literal + " }}"))
                    .isInstanceOf(TemplateFault.class)
                    .hasMessageContaining("a number of more than");
        }
        String exponent = "1e+" + "1_".repeat(400_000) + "1";
        assertThatThrownBy(() -> Template.parse("{{ " + exponent + " }}"))
                .isInstanceOfSatisfying(
                        TemplateFault.class,
                        fault -> assertThat(fault.getMessage()).hasSizeLessThan(1_000));
        assertThat(Template.parse("{{ '" + "\\n".repeat(400_000) + "'|length }}")
                        .render(Map.of(), CLOCK))
                .isEqualTo("400000");
    }

    @Test
    void aRenderingCanBeInterrupted() {
        Thread.currentThread().interrupt();
        try {
            assertThatThrownBy(() -> Template.parse("{{ 1 }}").render(Map.of(), CLOCK))
                    .isInstanceOfSatisfying(
                            AuditException.class, e -> assertThat(e.code()).isEqualTo(AuditException.Code.INTERRUPTED));
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"(", "[", "{1: ", "not ", "-", "1 if 1 else ", "f(", "x is in [", "x|f(", "1 + ", "x.", "x["})
    void deepNestingIsAnErrorAndNoOverflow(String part) {
        assertThatThrownBy(() ->
                        Template.parse("{{ " + part.repeat(50_000) + "1 }}").render(Map.of(), CLOCK))
                .isInstanceOf(TemplateFault.class);
    }

    @Test
    void deepStatementsAreAnErrorAndNoOverflow() {
        assertThatThrownBy(() -> Template.parse("{% if 1 %}".repeat(20_000) + "{% endif %}".repeat(20_000)))
                .isInstanceOf(TemplateFault.class)
                .hasMessageContaining("nests deeper");
        assertThatThrownBy(() ->
                        Template.parse("{{ 1" + "+1".repeat(50_000) + " }}").render(Map.of(), CLOCK))
                .isInstanceOf(TemplateFault.class)
                .hasMessageContaining("nests deeper");
    }

    @Test
    void whatStandsInAVariableIsNeverATemplate() {
        Map<String, Object> variables = Map.of("x", "{{ 7 * 7 }}{% raise %}{# gone #}");
        assertThat(Template.parse("{{ x }}|{{ x ~ '{{ x }}' }}").render(variables, CLOCK))
                .isEqualTo("{{ 7 * 7 }}{% raise %}{# gone #}|{{ 7 * 7 }}{% raise %}{# gone #}{{ x }}");
    }

    @Test
    void anErrorSaysWhere() {
        assertThatThrownBy(() -> Template.parse("a\n  {{ x.y }}").render(Map.of(), CLOCK))
                .isInstanceOfSatisfying(TemplateFault.class, fault -> {
                    assertThat(fault.place()).isEqualTo(new Place(2, 7));
                    assertThat(fault).hasMessage("'x' is undefined");
                    assertThat(fault.refusal()).isFalse();
                });
        assertThatThrownBy(() -> Template.parse("\n\n{% nope %}"))
                .isInstanceOfSatisfying(
                        TemplateFault.class, fault -> assertThat(fault.place()).isEqualTo(new Place(3, 4)));
    }

    @Test
    void aRefusalIsToldFromABrokenTemplate() {
        assertThatThrownBy(() ->
                        Template.parse("{{ raise_exception('no system') }}").render(Map.of(), CLOCK))
                .isInstanceOfSatisfying(TemplateFault.class, fault -> {
                    assertThat(fault.refusal()).isTrue();
                    assertThat(fault).hasMessage("no system");
                });
    }

    @Test
    void anySourceIsATemplateOrAFault() {
        String[] parts = {
            "{{", "}}", "{%", "%}", "{#", "#}", "-", "+", " ", "\n", "if", "for", "x", "in", "endif", "endfor", "set",
            "=", "(", ")", "[", "]", ":", "|", "is", "not", "'", "\\", "1", ".", "raw", "endraw", "macro", "~", "😀",
            "\""
        };
        for (int seed = 0; seed < 3000; seed++) {
            Random random = new Random(seed);
            StringBuilder source = new StringBuilder(random.nextBoolean() ? "{{ " : "{% ");
            for (int i = random.nextInt(25); i >= 0; i--) {
                source.append(parts[random.nextInt(parts.length)]).append(random.nextBoolean() ? " " : "");
            }
            try {
                Template.parse(source.toString()).render(Map.of("x", List.of("a")), CLOCK);
            } catch (TemplateFault expected) {
                assertThat(expected.place().line())
                        .as("seed %d: %s", seed, source)
                        .isPositive();
            }
        }
    }

    private static JsonNode golden(String name) throws IOException {
        try (InputStream in = TemplateTest.class.getResourceAsStream("/text/" + name)) {
            return new ObjectMapper().readTree(in);
        }
    }

    private static Map<String, Object> variables(JsonNode node) {
        Map<String, Object> variables = new LinkedHashMap<>();
        node.fields().forEachRemaining(field -> variables.put(field.getKey(), value(field.getValue())));
        return variables;
    }

    private static Object value(JsonNode node) {
        if (node.isNull()) {
            return Template.NONE;
        }
        if (node.isArray()) {
            List<Object> list = new ArrayList<>();
            node.forEach(item -> list.add(value(item)));
            return list;
        }
        if (node.isObject()) {
            return variables(node);
        }
        return node.isTextual() ? node.asText() : node.isBoolean() ? node.asBoolean() : (Object) node.asLong();
    }
}
