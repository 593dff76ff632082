using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Tunic.Primitives.Keys;

namespace Tunic.Tor.Protocol.Voting.Votes;

/// <summary>What a bandwidth scanner measured: the V3BandwidthsFile (bandwidth-file-spec).</summary>
public sealed record BandwidthFile
{
    /// <summary>A file older than this does not count.</summary>
    public static readonly TimeSpan MaxAge = TimeSpan.FromDays(3);

    private const int MaxHeaders = 50;
    private const int MaxHeaderLength = 1024;
    private const string Terminator = "=====";

    private BandwidthFile(byte[] content) => Digest = new Digest256(SHA256.HashData(content));

    /// <summary>SHA-256 of the file, whatever is in it.</summary>
    public Digest256 Digest { get; }

    /// <summary>The headers as a vote shows them: the time stamp and the key=value lines, parted by spaces.</summary>
    public string Headers { get; private set; } = "";

    /// <summary>Kilobytes per second by relay. Empty when the file is stale or has no time stamp.</summary>
    public IReadOnlyDictionary<RsaIdentity, long> Bandwidths { get; private set; } = new Dictionary<RsaIdentity, long>();

    /// <summary>Reads a file; lines that are not understood are skipped.</summary>
    public static BandwidthFile Parse(byte[] content, DateTime now)
    {
        var file = new BandwidthFile(content);
        string[] lines = Encoding.UTF8.GetString(content).Split('\n');

        // The part after the last line feed is an incomplete line.
        if (lines.Length < 2 || !long.TryParse(lines[0], NumberStyles.None, CultureInfo.InvariantCulture, out long timestamp)
            || timestamp < (now - DateTime.UnixEpoch - MaxAge).TotalSeconds)
        {
            return file;
        }

        var headers = new List<string> { string.Create(CultureInfo.InvariantCulture, $"timestamp={timestamp}") };
        var bandwidths = new Dictionary<RsaIdentity, long>();
        bool inHeaders = true;
        foreach (string line in lines.AsSpan(1, lines.Length - 2))
        {
            if (TryParseRelay(line, out RsaIdentity relay, out long bandwidth))
            {
                inHeaders = false;
                bandwidths[relay] = bandwidth;
            }
            else if (line == Terminator)
            {
                inHeaders = false;
            }
            else if (inHeaders && headers.Count < MaxHeaders && line.IndexOf('=', StringComparison.Ordinal) > 0 && !line.Contains(' ', StringComparison.Ordinal))
            {
                headers.Add(line);
            }
        }

        string joined = string.Join(' ', headers);
        file.Headers = joined.Length <= MaxHeaderLength && !joined.AsSpan().ContainsAny('\r', '\0') ? joined : "";
        file.Bandwidths = bandwidths;
        return file;
    }

    private static bool TryParseRelay(string line, out RsaIdentity relay, out long bandwidth)
    {
        relay = default;
        bandwidth = -1;
        foreach (string word in line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries))
        {
            if (word.StartsWith("vote=0", StringComparison.Ordinal))
            {
                return false;
            }

            if (word.StartsWith("bw=", StringComparison.Ordinal)
                && (bandwidth >= 0 || !long.TryParse(word.AsSpan(3), NumberStyles.None, CultureInfo.InvariantCulture, out bandwidth)))
            {
                return false;
            }

            if (word.StartsWith("node_id=", StringComparison.Ordinal)
                && (!relay.IsZero || !RsaIdentity.TryParseHex(word.AsSpan(word.StartsWith("node_id=$", StringComparison.Ordinal) ? 9 : 8), out relay)))
            {
                return false;
            }
        }

        return bandwidth >= 0 && !relay.IsZero;
    }
}
