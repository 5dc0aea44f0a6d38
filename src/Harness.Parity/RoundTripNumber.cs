using System.Globalization;
using System.Text.Json;

namespace Harness.Parity;

/// <summary>Numbers in JSON that read back to the same bits. JSON has no word for NaN and infinity: they stand as
/// text.</summary>
static class RoundTripNumber
{
    /// <summary>Writes a member.</summary>
    public static void WriteRoundTrip(this Utf8JsonWriter json, string name, double value)
    {
        json.WritePropertyName(name);
        json.WriteRoundTrip(value);
    }

    /// <summary>Writes an item.</summary>
    public static void WriteRoundTrip(this Utf8JsonWriter json, double value) => json.WriteRawValue(Text(value));

    /// <summary>The number as it stands in a file.</summary>
    public static string Text(double value)
    {
        string text = value.ToString("R", CultureInfo.InvariantCulture);
        return double.IsFinite(value) ? text : $"\"{text}\"";
    }
}
