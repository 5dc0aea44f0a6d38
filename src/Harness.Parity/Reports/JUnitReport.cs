using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Xml;
using Harness.Executor.Model;
using Harness.Parity.Runners;
using Harness.Parity.Verification;

namespace Harness.Parity.Reports;

/// <summary><c>parity.junit.xml</c>: a test a case, as CI systems show them. A failure is drift, an error an unusable
/// input.</summary>
static class JUnitReport
{
    public static string Render(GateVerdict gate)
    {
        var text = new StringBuilder();
        using (var writer = new Utf8Text(text))
        using (var xml = XmlWriter.Create(writer, new XmlWriterSettings { Indent = true, NewLineChars = "\n" }))
        {
            int extra = gate.Findings.IsEmpty ? 0 : 1;
            xml.WriteStartElement("testsuites");
            xml.WriteStartElement("testsuite");
            xml.WriteAttributeString("name", "parity");
            Write(xml, "tests", gate.Cases.Length + extra);
            Write(xml, "failures", Count(gate, Severity.Error));
            Write(xml, "errors", Count(gate, Severity.Unusable));
            xml.WriteAttributeString(
                "time", Seconds(gate.Cases.Aggregate(TimeSpan.Zero, (sum, verdict) => sum + verdict.Duration)));
            foreach (var verdict in gate.Cases) WriteCase(
                xml, verdict.Name, verdict.Device, verdict.Duration, verdict.Findings, verdict.Notes);
            if (extra > 0) WriteCase(xml, "goldens", null, TimeSpan.Zero, gate.Findings, []);
            xml.WriteEndElement();
            xml.WriteEndElement();
        }
        return text.Append('\n').ToString();
    }

    static int Count(GateVerdict gate, Severity severity) => gate.Cases.Select(verdict => verdict.Findings)
        .Append(gate.Findings).Count(findings => Worst(findings) == severity);

    static Severity Worst(ImmutableArray<Finding> findings) =>
        findings.Select(finding => finding.Severity()).DefaultIfEmpty(Severity.Warning).Max();

    static void WriteCase(
        XmlWriter xml, string name, string? device, TimeSpan duration, ImmutableArray<Finding> findings,
        ImmutableArray<string> notes)
    {
        xml.WriteStartElement("testcase");
        xml.WriteAttributeString("classname", device is null or CpuRunner.Name ? "parity" : $"parity.{device}");
        xml.WriteAttributeString("name", Legal(name));
        xml.WriteAttributeString("time", Seconds(duration));
        // One element a case: readers take the first and forget the others.
        var worst = findings.Where(finding => finding.Severity() != Severity.Warning)
            .MaxBy(finding => finding.Severity());
        if (worst is not null)
        {
            xml.WriteStartElement(worst.Severity() == Severity.Unusable ? "error" : "failure");
            xml.WriteAttributeString("type", worst.Code);
            xml.WriteAttributeString("message", Legal(worst.Message));
            xml.WriteString(Legal(Lines(findings.Where(finding => finding.Severity() != Severity.Warning))));
            xml.WriteEndElement();
        }
        string warnings = Lines(findings.Where(finding => finding.Severity() == Severity.Warning));
        string told = string.Join('\n', notes.Append(warnings).Where(line => line.Length > 0));
        if (told.Length > 0) xml.WriteElementString("system-out", Legal(told));
        xml.WriteEndElement();
    }

    static string Lines(IEnumerable<Finding> findings) =>
        string.Join('\n', findings.Select(finding => finding.ToCanonicalLine()));

    // XML 1.0 forbids most control characters; a node's name may hold any.
    static string Legal(string text) => string.Concat(text.Select(c => XmlConvert.IsXmlChar(c) ? c : '\uFFFD'));

    static void Write(XmlWriter xml, string name, int value) =>
        xml.WriteAttributeString(name, value.ToString(CultureInfo.InvariantCulture));

    static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("0.000", CultureInfo.InvariantCulture);

    // XmlWriter declares the encoding of its writer, and a StringWriter's is UTF-16.
    sealed class Utf8Text(StringBuilder text) : StringWriter(text, CultureInfo.InvariantCulture)
    {
        public override Encoding Encoding => new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
    }
}
