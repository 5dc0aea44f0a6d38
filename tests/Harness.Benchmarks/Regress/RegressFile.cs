using System.Text.Json;

namespace Harness.Benchmarks.Regress;

/// <summary>What a machine measured, as it is checked in and compared with.</summary>
/// <param name="Machine">Where.</param>
/// <param name="Threads">Of every contestant.</param>
/// <param name="Subjects">By model or layer, then by <see cref="Yardstick"/>.</param>
sealed record RegressFile(
    Machine Machine, int Threads, IReadOnlyDictionary<string, IReadOnlyDictionary<string, Measured>> Subjects)
{
    /// <summary>The text of the file.</summary>
    public string ToJson() => JsonText.Of(json =>
    {
        json.WriteNumber("threads", Threads);
        Machine.Write(json);
        json.WriteStartObject("subjects");
        foreach (var (subject, numbers) in Subjects)
        {
            json.WriteStartObject(subject);
            foreach (string yardstick in Yardstick.All)
            {
                if (!numbers.TryGetValue(yardstick, out var number))
                {
                    json.WriteNull(yardstick);
                    continue;
                }
                json.WriteStartObject(yardstick);
                json.WriteNumber("median", Rounded(number.Median));
                json.WriteNumber("spread", Rounded(number.Spread));
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        json.WriteEndObject();
    });

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    /// <exception cref="FormatException">It is something else.</exception>
    public static RegressFile Parse(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            var root = document.RootElement;
            var subjects = new Dictionary<string, IReadOnlyDictionary<string, Measured>>();
            foreach (var subject in root.GetProperty("subjects").EnumerateObject())
                subjects[subject.Name] = subject.Value.EnumerateObject()
                    .Where(number => number.Value.ValueKind != JsonValueKind.Null)
                    .ToDictionary(number => number.Name, number => new Measured(
                        number.Value.GetProperty("median").GetDouble(), number.Value.GetProperty("spread")
                            .GetDouble()));
            return new RegressFile(Machine.Read(root.GetProperty("machine")), root.GetProperty("threads").GetInt32(),
                subjects);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new FormatException($"no results of regress: {e.Message}", e);
        }
    }

    /// <summary>True when numbers of this file and of <paramref name="other"/> may be compared: the same processor,
    /// register width and thread count.</summary>
    public bool Fits(RegressFile other) =>
        Threads == other.Threads && Machine.Cpu == other.Machine.Cpu && Machine.Lanes == other.Machine.Lanes;

    // Six significant digits; counts keep theirs.
    static double Rounded(double value) => value == 0 || value > 1e6 ? Math.Round(value)
        : Math.Round(value, Math.Clamp(5 - (int)Math.Floor(Math.Log10(Math.Abs(value))), 0, 15));
}
