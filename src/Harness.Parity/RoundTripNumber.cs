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
    public static void WriteRoundTrip(this Utf8JsonWriter json, double value)
    {
        string text = value.ToString("R", CultureInfo.InvariantCulture);
        if (double.IsFinite(value)) json.WriteRawValue(text);
        else json.WriteStringValue(text);
    }
}
