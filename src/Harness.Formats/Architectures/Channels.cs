namespace Harness.Formats.Architectures;

/// <summary>Numbers of channels that follow from others.</summary>
static class Channels
{
    /// <summary>To the nearest multiple, at least one of them, and down by no more than a tenth. Source:
    /// torchvision/models/_utils.py, _make_divisible.</summary>
    /// <param name="channels">How many there would be.</param>
    /// <param name="divisor">What they are a multiple of.</param>
    public static int Divisible(double channels, int divisor)
    {
        int nearest = Math.Max(divisor, (int)(channels + divisor / 2.0) / divisor * divisor);
        return nearest < 0.9 * channels ? nearest + divisor : nearest;
    }
}
