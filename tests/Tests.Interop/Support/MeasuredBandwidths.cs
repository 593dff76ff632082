using System.Globalization;

namespace Tunic.Tests.Interop.Support;

/// <summary>
/// The measurements that authorities vote with. Without one an idle relay is voted zero and no client ever picks it. Thread safe.
/// </summary>
public sealed class MeasuredBandwidths
{
    private readonly SortedDictionary<string, int> _relays = new(StringComparer.Ordinal);

    public MeasuredBandwidths(string path)
    {
        Path = path;
        Write();
    }

    /// <summary>For V3BandwidthsFile.</summary>
    public string Path { get; }

    /// <param name="fingerprint">40 hexadecimal digits.</param>
    /// <param name="kilobytesPerSecond">Its measured bandwidth.</param>
    public void Set(string fingerprint, int kilobytesPerSecond = 10_000)
    {
        lock (_relays)
        {
            _relays[fingerprint] = kilobytesPerSecond;
            Write();
        }
    }

    private void Write()
    {
        string[] lines =
        [
            DateTimeOffset.UtcNow.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
            .. _relays.Select(relay => string.Create(CultureInfo.InvariantCulture, $"node_id=${relay.Key} bw={relay.Value}")),
        ];
        File.WriteAllLines(Path + ".new", lines);
        File.Move(Path + ".new", Path, overwrite: true); // an authority never reads half a file
    }
}
