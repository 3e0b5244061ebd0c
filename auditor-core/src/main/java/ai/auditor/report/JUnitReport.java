package ai.auditor.report;

import ai.auditor.AtomicFile;
import ai.auditor.Printable;
import ai.auditor.audit.AuditResult;
import ai.auditor.audit.Provenance;
import ai.auditor.audit.Verdict;
import ai.auditor.report.internal.TestCase;
import ai.auditor.report.internal.TestCase.End;
import ai.auditor.report.internal.Wording;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/**
 * The verdict as JUnit XML, for build servers: one suite, the candidate, with one case a claim, one for the null of the pipeline and
 * one for the spike-in, and one for the gate where none of these shows why it ends as it does.
 *
 * <p>A case fails where a claim of a risk at or above the policy's threshold is detected; it is an error where a required claim, a bad null
 * or a missed spike-in leaves the verdict open, and skipped where what is open is not required, or was not tried. So a suite fails where
 * the audit ends with 1, has errors and no failure where it ends with 5, and neither where it ends with 0.
 *
 * <p>The elements and attributes are those of the schema that Jenkins's xUnit plugin checks; GitLab and GitHub's actions read a subset. There
 * is no {@code time}, since a result knows none, and the one time stamp is that of its provenance.
 */
public final class JUnitReport {
    /** Build servers show names in a column. */
    private static final int LONGEST_NAME = 120;

    private static final String INDENT = "  ";

    private final XMLStreamWriter xml;

    private JUnitReport(XMLStreamWriter xml) {
        this.xml = xml;
    }

    /**
     * Writes the report; it appears whole or not at all.
     *
     * @throws ai.auditor.AuditException {@code OUTPUT} naming the path
     */
    public static void write(AuditResult result, Path target) {
        AtomicFile.write(target, of(result));
    }

    /** The report, ending in a line feed; characters that XML has no place for are spelt out. */
    public static String of(AuditResult result) {
        StringWriter text = new StringWriter();
        try {
            XMLStreamWriter xml = XMLOutputFactory.newDefaultFactory().createXMLStreamWriter(text);
            new JUnitReport(xml).report(result);
            xml.close();
        } catch (XMLStreamException impossible) {
            throw new IllegalStateException("a text in memory can always be written", impossible);
        }
        return text + "\n";
    }

    private void report(AuditResult result) throws XMLStreamException {
        List<TestCase> cases = TestCase.of(result);
        xml.writeStartDocument("UTF-8", "1.0");
        start(0, "testsuites");
        attribute("name", "auditor");
        counts(cases);
        suite(result, cases);
        end(0);
        xml.writeEndDocument();
    }

    private void counts(List<TestCase> cases) throws XMLStreamException {
        attribute("tests", Integer.toString(cases.size()));
        attribute("failures", count(cases, End.FAILURE));
        attribute("errors", count(cases, End.ERROR));
    }

    private static String count(List<TestCase> cases, End end) {
        return Long.toString(cases.stream().filter(one -> one.end() == end).count());
    }

    private void suite(AuditResult result, List<TestCase> cases) throws XMLStreamException {
        String name = result.provenance().candidate().name();
        start(1, "testsuite");
        attribute("name", Printable.cut(Printable.line(name), LONGEST_NAME));
        counts(cases);
        attribute("skipped", count(cases, End.SKIPPED));
        Optional<String> created = timestamp(result.provenance().created());
        if (created.isPresent()) {
            attribute("timestamp", created.get());
        }
        start(2, "properties");
        for (Map.Entry<String, String> property : properties(result).entrySet()) {
            start(3, "property");
            attribute("name", property.getKey());
            attribute("value", Printable.shortLine(property.getValue()));
            xml.writeEndElement();
        }
        end(2);
        for (TestCase one : cases) {
            testCase(className(name), one);
        }
        end(1);
    }

    /** A time without its zone, as the schema of Ant's reports wants it: UTC. */
    private static Optional<String> timestamp(String created) {
        try {
            return Optional.of(DateTimeFormatter.ISO_LOCAL_DATE_TIME.format(
                    Instant.parse(created).atOffset(ZoneOffset.UTC)));
        } catch (DateTimeParseException noInstant) {
            return Optional.empty();
        }
    }

    private static Map<String, String> properties(AuditResult result) {
        Verdict verdict = result.verdict();
        Provenance provenance = result.provenance();
        Map<String, String> properties = new LinkedHashMap<>();
        properties.put("gate", Wording.gate(verdict.gate().outcome()));
        properties.put("exit", Integer.toString(verdict.gate().outcome().exitCode()));
        properties.put("risk", verdict.risk().toString());
        properties.put("tool", provenance.tool());
        properties.put("candidate", provenance.candidate().contentDigest());
        for (int i = 0; i < provenance.controls().size(); i++) {
            properties.put(
                    provenance.controls().size() == 1 ? "control" : "control " + (i + 1),
                    provenance.controls().get(i).contentDigest());
        }
        properties.put("model", provenance.model().getOrDefault("digest", Wording.UNKNOWN));
        properties.put("policy", provenance.policy());
        properties.put("seed", provenance.seed());
        return properties;
    }

    /** A name that Jenkins, which takes what is before the last dot for a package, shows whole. */
    private static String className(String dataset) {
        // Where a file lies differs from machine to machine, and build servers keep a case's history by its class.
        String file = dataset.substring(Math.max(dataset.lastIndexOf('/'), dataset.lastIndexOf('\\')) + 1);
        return "audit." + Printable.cut(file, LONGEST_NAME).replaceAll("[^\\p{L}\\p{N}_-]", "_");
    }

    private void testCase(String className, TestCase one) throws XMLStreamException {
        start(2, "testcase");
        attribute("classname", className);
        attribute("name", one.name());
        Optional<String> element = element(one.end());
        if (element.isPresent()) {
            start(3, element.get());
            attribute("type", one.name());
            attribute("message", Printable.line(one.reason()));
            xml.writeEndElement();
        }
        output(one);
        end(2);
    }

    /** The element that says that a case did not pass. */
    private static Optional<String> element(End end) {
        return switch (end) {
            case PASSED -> Optional.empty();
            case SKIPPED -> Optional.of("skipped");
            case ERROR -> Optional.of("error");
            case FAILURE -> Optional.of("failure");
        };
    }

    private void output(TestCase one) throws XMLStreamException {
        start(3, "system-out");
        xml.writeCharacters(Printable.line(one.reason()));
        for (String line : one.details()) {
            xml.writeCharacters("\n" + Printable.line(line));
        }
        xml.writeEndElement();
    }

    private void start(int depth, String element) throws XMLStreamException {
        xml.writeCharacters("\n" + INDENT.repeat(depth));
        xml.writeStartElement(element);
    }

    private void end(int depth) throws XMLStreamException {
        xml.writeCharacters("\n" + INDENT.repeat(depth));
        xml.writeEndElement();
    }

    private void attribute(String name, String value) throws XMLStreamException {
        xml.writeAttribute(name, value);
    }
}
