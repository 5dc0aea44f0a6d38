using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Harness.Executor.Ops;
using Harness.Executor.Program;
using Harness.Executor.Schema;

namespace Harness.Cli.Verbs;

/// <summary>The matrix of what is supported, read off the op set: as text, JSON and a page of the documents.</summary>
static class SupportMatrix
{
    // What no table of ops can say: it hangs on a whole graph.
    static readonly (string What, string Code)[] s_everywhere =
    [
        ("training mode: dropouts that drop, batch norms that compute statistics", "PAR1001"),
        ("control flow: a scripted (not traced) archive", "PAR1001"),
        ("half precision in the arithmetic; float16 and bfloat16 weights are widened", "PAR1002"),
        ("writes in place into parameters, buffers and constants", "PAR1002"),
        ("what is read after a write in place of which PyTorch's strides decide whether it reached it, as through a "
            + "reshape of what is not contiguous for certain", "PAR1002"),
        ("results beyond an operator's first, such as a norm's saved statistics", "PAR1002"),
    ];

    // Operators that the table of schemas knows and that nothing here computes. What builds and takes apart lists needs
    // no op.
    static ImmutableArray<string> Unsupported =>
    [
        .. SchemaTable.Targets.Where(target => target.StartsWith("aten::", StringComparison.Ordinal)
            && !OpSet.Knows(target) && !ScalarCalls.Knows(target)),
    ];

    public static string ToText()
    {
        var text = new StringBuilder();
        foreach (var op in OpSupport.All)
        {
            text.Append(CultureInfo.InvariantCulture, $"{string.Join(", ", op.Names)} -> {op.Flax}\n");
            text.Append(CultureInfo.InvariantCulture, $"  {string.Join(", ", op.Definition.Operators)}\n");
            if (!op.Parameters.IsEmpty)
                text.Append(CultureInfo.InvariantCulture, $"  parameters: {Parameters(op)}\n");
            text.Append(CultureInfo.InvariantCulture, $"  integers: {Words(op.Integers)}\n");
            foreach (var form in op.Refused)
                text.Append(CultureInfo.InvariantCulture, $"  refused: {form.Operator}({form}): {form.Reason}\n");
        }
        text.Append("Each operator in place (aten::relu_) is taken as well.\n");
        text.Append(CultureInfo.InvariantCulture, $"numbers: {string.Join(", ", ScalarCalls.Names)}\n");
        foreach (var (what, code) in s_everywhere)
            text.Append(CultureInfo.InvariantCulture, $"refused of any model ({code}): {what}\n");
        text.Append(CultureInfo.InvariantCulture, $"known, not supported: {string.Join(", ", Unsupported)}\n");
        return text.ToString();
    }

    /// <summary>JSON with <c>ops</c>, <c>numbers</c>, <c>refused</c> and <c>unsupported</c>.</summary>
    public static string ToJson()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions
        {
            Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        }))
        {
            json.WriteStartObject();
            json.WriteNumber("schema", 1);
            json.WriteStartArray("ops");
            foreach (var op in OpSupport.All) WriteOp(json, op);
            json.WriteEndArray();
            WriteTexts(json, "numbers", ScalarCalls.Names);
            json.WriteStartArray("refused");
            foreach (var (what, code) in s_everywhere)
            {
                json.WriteStartObject();
                json.WriteString("code", code);
                json.WriteString("reason", what);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            WriteTexts(json, "unsupported", Unsupported);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan) + "\n";
    }

    static void WriteOp(Utf8JsonWriter json, OpSupport op)
    {
        json.WriteStartObject();
        json.WriteString("op", string.Join(", ", op.Names));
        WriteTexts(json, "operators", op.Definition.Operators);
        json.WriteString("flax", op.Flax);
        json.WriteString("integers", op.Integers switch
        {
            IntegerSupport.Exact => "exact",
            IntegerSupport.CastToFloat => "cast",
            _ => "refused",
        });
        json.WriteBoolean("view", op.IsView);
        json.WriteStartArray("parameters");
        foreach (var rule in op.Parameters)
        {
            json.WriteStartObject();
            json.WriteString("collection", rule.Collection);
            json.WriteString("leaf", rule.Leaf);
            json.WriteString("axes", rule.Rearrangement.ToString());
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("refused");
        foreach (var form in op.Refused)
        {
            json.WriteStartObject();
            json.WriteString("operator", form.Operator);
            json.WriteString("form", form.ToString());
            json.WriteString("code", form.Finding.Code);
            json.WriteString("reason", form.Reason);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        if (op.Float32Bound.Reason.Length > 0)
        {
            json.WriteStartObject("float32");
            json.WriteNumber("factor", op.Float32Bound.Factor);
            json.WriteString("reason", op.Float32Bound.Reason);
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    static void WriteTexts(Utf8JsonWriter json, string name, ImmutableArray<string> texts)
    {
        json.WriteStartArray(name);
        foreach (string text in texts) json.WriteStringValue(text);
        json.WriteEndArray();
    }

    /// <summary>The page <c>docs/ops.md</c>.</summary>
    public static string ToMarkdown()
    {
        var text = new StringBuilder("""
            # Operators

            What a model may consist of. This page is what `harness ops --markdown` prints; `harness ops --json` says
            the same to programs, and `harness inspect MODEL` lists what one model uses that is not here.

            Each operator is taken in all its overloads named, and in place as well (`aten::relu_`). *Exact* means that
            integers and Booleans stay what they are, to the last bit; *as floats* that they are cast to floating-point
            numbers first; *refused* that the model is refused.

            | op | PyTorch | Flax | parameters in Flax's tree | integers |
            |---|---|---|---|---|

            """.ReplaceLineEndings("\n"));
        foreach (var op in OpSupport.All)
        {
            text.Append(CultureInfo.InvariantCulture,
                $"| {string.Join(", ", op.Names)} | {string.Join(", ", op.Definition.Operators.Select(Code))} " +
                $"| {op.Flax} | {(op.Parameters.IsEmpty ? "–" : Parameters(op))} | {Words(op.Integers)} |\n");
        }
        text.Append("\n## Forms that are refused\n\nThe op's own words, PAR1002 unless another code stands there.\n\n");
        text.Append("| op | form | why |\n|---|---|---|\n");
        foreach (var op in OpSupport.All)
        {
            foreach (var form in op.Refused)
            {
                string code = form.Finding.Code == "PAR1002" ? "" : $"{form.Finding.Code}: ";
                text.Append(CultureInfo.InvariantCulture,
                    $"| {string.Join(", ", op.Names)} | `{form.Operator}({form})` | {code}{form.Reason} |\n");
            }
        }
        text.Append("\nOf any model:\n\n");
        foreach (var (what, code) in s_everywhere) text.Append(CultureInfo.InvariantCulture, $"- {what} ({code})\n");
        text.Append("\n## Numbers\n\nComputed while a model is converted, since shapes are known then: ");
        text.Append(CultureInfo.InvariantCulture, $"{string.Join(", ", ScalarCalls.Names.Select(Code))}; and `+`, ");
        text.Append("`-`, `*`, `/` of numbers.\n\n## Known, and not supported\n\nOperators that models use and ");
        text.Append("that no op takes (PAR1002): ").AppendJoin(", ", Unsupported.Select(Code)).Append(".\n");
        return text.ToString();
    }

    static string Parameters(OpSupport op) => string.Join(", ", op.Parameters.Select(rule =>
        (rule.Collection == "params" ? rule.Leaf : $"{rule.Collection}/{rule.Leaf}")
        + (rule.Rearrangement.IsIdentity ? "" : $" {rule.Rearrangement}")));

    static string Words(IntegerSupport support) => support switch
    {
        IntegerSupport.Exact => "exact",
        IntegerSupport.CastToFloat => "as floats",
        _ => "refused",
    };

    static string Code(string text) => $"`{text}`";
}
