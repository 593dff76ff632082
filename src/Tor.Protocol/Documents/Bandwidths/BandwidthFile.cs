using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Documents.Lexing;

namespace Tunic.Tor.Protocol.Documents.Bandwidths;

/// <summary>What a bandwidth scanner measured: the file that an authority's V3BandwidthsFile option names (bandwidth-file-spec).</summary>
public sealed record BandwidthFile
{
    /// <summary>Measurements older than this are of no use.</summary>
    public static readonly TimeSpan MaxAge = TimeSpan.FromDays(3);

    /// <summary>Most header lines that a vote repeats.</summary>
    public const int MaxHeaders = 50;

    private BandwidthFile()
    {
    }

    /// <summary>When the file was made, UTC.</summary>
    public required DateTime Timestamp { get; init; }

    /// <summary>"timestamp=..." and the header lines ("key=value") that a vote repeats.</summary>
    public required IReadOnlyList<string> Headers { get; init; }

    /// <summary>Weight of each relay in kilobytes per second, 0 to 2^32-1.</summary>
    public required IReadOnlyDictionary<RsaIdentity, uint> Measurements { get; init; }

    /// <summary>SHA-256 of the whole file; a vote gives it even for a file that cannot be read otherwise.</summary>
    public required Digest256 Digest { get; init; }

    /// <summary>Whether the measurements are too old to vote on.</summary>
    public bool IsStale(DateTime now) => now - Timestamp > MaxAge;

    /// <summary>Reads a file. Lines that cannot be read are skipped, as stock tor does; of two lines for a relay the last counts.</summary>
    /// <returns>False when the first line is not a time.</returns>
    public static bool TryParse(ReadOnlyMemory<byte> text, [NotNullWhen(true)] out BandwidthFile? file)
    {
        file = null;
        ReadOnlySpan<byte> rest = text.Span;
        if (!TryTakeLine(ref rest, out ReadOnlySpan<byte> first)
            || !FieldText.TryParseNumber(first, 0, (long)(DateTime.MaxValue - DateTime.UnixEpoch).TotalSeconds - 1, out long seconds))
        {
            return false;
        }

        var headers = new List<string> { $"timestamp={seconds}" };
        var measurements = new Dictionary<RsaIdentity, uint>();
        bool inHeaders = true;
        while (TryTakeLine(ref rest, out ReadOnlySpan<byte> line))
        {
            if (TryReadMeasurement(line, out RsaIdentity identity, out uint bandwidth))
            {
                measurements[identity] = bandwidth;
                inHeaders = false;
            }
            else if (line.SequenceEqual("====="u8))
            {
                inHeaders = false;
            }
            else if (inHeaders && headers.Count < MaxHeaders && line.IndexOf((byte)'=') > 0 && !line.Contains((byte)' '))
            {
                headers.Add(Encoding.UTF8.GetString(line));
            }
        }

        file = new BandwidthFile
        {
            Timestamp = DateTime.UnixEpoch.AddSeconds(seconds),
            Headers = headers,
            Measurements = measurements,
            Digest = new Digest256(SHA256.HashData(text.Span)),
        };
        return true;
    }

    private static bool TryTakeLine(ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> line)
    {
        int end = rest.IndexOf((byte)'\n');
        line = end < 0 ? default : rest[..end];
        rest = end < 0 ? default : rest[(end + 1)..];
        return end >= 0;
    }

    private static bool TryReadMeasurement(ReadOnlySpan<byte> line, out RsaIdentity identity, out uint bandwidth)
    {
        identity = default;
        bandwidth = 0;
        bool hasIdentity = false;
        bool hasBandwidth = false;
        var words = new ArgumentReader(line);
        for (ReadOnlySpan<byte> word = words.Next(); word.Length != 0; word = words.Next())
        {
            if (word.StartsWith("vote=0"u8))
            {
                return false;
            }

            if (word.StartsWith("bw="u8))
            {
                if (hasBandwidth || !FieldText.TryParseNumber(word["bw=".Length..], 0, long.MaxValue, out long value))
                {
                    return false;
                }

                bandwidth = (uint)Math.Min(value, uint.MaxValue);
                hasBandwidth = true;
            }
            else if (word.StartsWith("node_id="u8))
            {
                ReadOnlySpan<byte> hex = word["node_id=".Length..];
                if (hasIdentity || !FieldText.TryParseFingerprint(hex.StartsWith("$"u8) ? hex[1..] : hex, out identity))
                {
                    return false;
                }

                hasIdentity = true;
            }
        }

        return hasIdentity && hasBandwidth;
    }
}
