using System.Net;
using Tunic.Primitives.Time;

namespace Tunic.Tor.Client.Streams;

/// <summary>Targets that stand for others, as a controller says (MAPADDRESS; stock's addressmap.c).</summary>
/// <remarks>Thread safe.</remarks>
internal sealed class AddressMap(RandomSource random)
{
    /// <summary>Most entries: a controller that maps a million names has lost count.</summary>
    internal const int MaxEntries = 100_000;

    private const int MaxSteps = 16;
    private const int MaxAttempts = 1000;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, string> _targets = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Told of an entry that is new or has another target, outside of the gate.</summary>
    internal Action<string, string>? Added { get; set; }

    /// <summary>All entries.</summary>
    internal IReadOnlyList<KeyValuePair<string, string>> Entries
    {
        get
        {
            lock (_gate)
            {
                return [.. _targets.OrderBy(entry => entry.Key, StringComparer.Ordinal)];
            }
        }
    }

    /// <summary>Lets a host stand for another; for itself removes the entry. "*.example.com" on both sides maps all below.</summary>
    /// <returns>False when there is no room.</returns>
    internal bool TryAdd(string host, string target)
    {
        lock (_gate)
        {
            if (host.Equals(target, StringComparison.OrdinalIgnoreCase))
            {
                _targets.Remove(host);
                return true;
            }

            if (_targets.Count >= MaxEntries && !_targets.ContainsKey(host))
            {
                return false;
            }

            _targets[host] = target;
        }

        Added?.Invoke(host, target);
        return true;
    }

    /// <summary>Chooses a host that stands for nothing yet, and lets it stand for the target.</summary>
    /// <param name="kind">"." for a name, "0.0.0.0" for an IPv4 address, "::" for an IPv6 address.</param>
    /// <param name="target">What it stands for.</param>
    /// <returns>The host; null when there is no room.</returns>
    internal string? AddVirtual(string kind, string target)
    {
        for (int attempt = 0; attempt < MaxAttempts; attempt++)
        {
            string host = Choose(kind);
            bool isFree;
            lock (_gate)
            {
                isFree = !_targets.ContainsKey(host);
            }

            if (isFree)
            {
                return TryAdd(host, target) ? host : null;
            }
        }

        return null;
    }

    /// <summary>What a host stands for in the end; itself when for nothing.</summary>
    internal string Rewrite(string host)
    {
        lock (_gate)
        {
            for (int step = 0; _targets.Count > 0 && step < MaxSteps && Find(host) is { } target; step++)
            {
                host = target;
            }
        }

        return host;
    }

    private string? Find(string host)
    {
        if (_targets.TryGetValue(host, out string? target))
        {
            return target;
        }

        for (int dot = host.IndexOf('.', StringComparison.Ordinal); dot >= 0; dot = host.IndexOf('.', dot + 1))
        {
            if (_targets.TryGetValue("*" + host[dot..], out target))
            {
                return target.StartsWith("*.", StringComparison.Ordinal) ? host[..dot] + target[1..] : target;
            }
        }

        return null;
    }

    /// <summary>From stock's default ranges: 127.192.0.0/10, fe80::/10, and names under .virtual.</summary>
    private string Choose(string kind)
    {
        Span<byte> bytes = stackalloc byte[16];
        random.Fill(bytes);
        switch (kind)
        {
            case "0.0.0.0":
                bytes[0] = 127;
                bytes[1] |= 0xc0;
                return new IPAddress(bytes[..4]).ToString();
            case "::":
                bytes[0] = 0xfe;
                bytes[1] = (byte)(0x80 | (bytes[1] & 0x3f));
                return new IPAddress(bytes).ToString();
            default:
                return string.Concat(bytes.ToArray().Select(value => "abcdefghijklmnopqrstuvwxyz234567"[value & 31])) + ".virtual";
        }
    }
}
