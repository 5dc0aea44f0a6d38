using System.Globalization;

namespace Harness.Parity.Reports;

/// <summary>A finding's place taken apart: <c>golden.json(12)</c>.</summary>
/// <param name="File">The file, or whatever the place says.</param>
/// <param name="Line">The line from 1; 0 where none is stated.</param>
readonly record struct FindingPlace(string File, int Line)
{
    public static FindingPlace Of(string place)
    {
        int open = place.LastIndexOf('(');
        return open > 0 && place.EndsWith(')')
            && int.TryParse(
                place.AsSpan(open + 1, place.Length - open - 2), NumberStyles.None, CultureInfo.InvariantCulture,
                out int line)
            ? new FindingPlace(place[..open], line)
            : new FindingPlace(place, 0);
    }

    /// <summary>The file as a relative URI where it lies below the current folder, which is what code hosts
    /// want.</summary>
    public string Uri
    {
        get
        {
            if (!Path.IsPathRooted(File)) return System.Uri.EscapeDataString(File);
            string relative = Path.GetRelativePath(Environment.CurrentDirectory, File)
                .Replace(Path.DirectorySeparatorChar, '/');
            return relative.StartsWith("..", StringComparison.Ordinal) || Path.IsPathRooted(relative)
                ? new Uri(File).AbsoluteUri
                : string.Join('/', relative.Split('/').Select(System.Uri.EscapeDataString));
        }
    }
}
