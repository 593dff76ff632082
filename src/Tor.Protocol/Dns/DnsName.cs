using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Text;
using Tunic.Primitives.Time;

namespace Tunic.Tor.Protocol.Dns;

/// <summary>A domain name as on the wire (RFC 1035, "Name space definitions"). Upper and lower case are kept, since askers check that they get back what they sent.</summary>
public sealed class DnsName
{
    private const int MaxLabelLength = 63;
    private const int MaxLength = 255;
    private const int MaxPointers = 32;
    private const byte PointerMark = 0xC0;

    private readonly byte[] _labels;

    private DnsName(byte[] labels) => _labels = labels;

    /// <summary>Labels, each after its length, and the empty one; 1 to 255 bytes.</summary>
    public ReadOnlySpan<byte> Labels => _labels;

    /// <summary>Reads a name. Pointers may only lead backwards, and not further than to a name of 255 bytes.</summary>
    /// <param name="message">The whole message.</param>
    /// <param name="offset">Where the name begins; afterwards, where it ends.</param>
    /// <param name="name">The name, or null.</param>
    /// <returns>False when the bytes are not a name.</returns>
    public static bool TryRead(ReadOnlySpan<byte> message, ref int offset, [NotNullWhen(true)] out DnsName? name)
    {
        name = null;
        Span<byte> labels = stackalloc byte[MaxLength];
        int length = 0;
        int position = offset;
        int? end = null;
        int lowest = offset;
        for (int pointers = 0; position < message.Length;)
        {
            byte first = message[position];
            if ((first & PointerMark) == PointerMark)
            {
                if (position + 1 >= message.Length || ++pointers > MaxPointers)
                {
                    return false;
                }

                end ??= position + 2;
                int target = ((first & ~PointerMark) << 8) | message[position + 1];
                if (target >= lowest)
                {
                    return false;
                }

                position = lowest = target;
                continue;
            }

            if (first > MaxLabelLength || position + 1 + first > message.Length || length + 1 + first > MaxLength)
            {
                return false;
            }

            message.Slice(position, 1 + first).CopyTo(labels[length..]);
            length += 1 + first;
            position += 1 + first;
            if (first == 0)
            {
                offset = end ?? position;
                name = new DnsName(labels[..length].ToArray());
                return true;
            }
        }

        return false;
    }

    /// <summary>Makes a name of "host.example", without escapes.</summary>
    /// <returns>False when a label is empty or too long, or the name is.</returns>
    public static bool TryCreate(string host, [NotNullWhen(true)] out DnsName? name)
    {
        name = null;
        var labels = new List<byte>(host.Length + 2);
        foreach (string label in host.Split('.'))
        {
            if (label.Length is 0 or > MaxLabelLength || !Ascii.IsValid(label))
            {
                return false;
            }

            labels.Add((byte)label.Length);
            labels.AddRange(Encoding.ASCII.GetBytes(label));
        }

        labels.Add(0);
        name = labels.Count <= MaxLength ? new DnsName([.. labels]) : null;
        return name is not null;
    }

    /// <summary>The name under which the name of an address is looked up: the opposite of <see cref="TryGetReverseAddress"/>.</summary>
    public static DnsName FromReverseAddress(IPAddress address)
    {
        byte[] bytes = address.GetAddressBytes();
        Array.Reverse(bytes);
        string host = bytes.Length == 4
            ? $"{string.Join('.', bytes)}.in-addr.arpa"
            : $"{string.Join('.', Convert.ToHexStringLower(bytes).Chunk(2).SelectMany(pair => new[] { pair[1], pair[0] }))}.ip6.arpa";
        return TryCreate(host, out DnsName? name) ? name : throw new ArgumentException("no address of the Internet", nameof(address));
    }

    /// <summary>Whether it is the same name but for the case of ASCII letters.</summary>
    public bool EqualsIgnoreCase(DnsName other) => Ascii.EqualsIgnoreCase(_labels, other._labels) || _labels.AsSpan().SequenceEqual(other._labels);

    /// <summary>The same name with the case of each letter drawn by lot, so that a forged reply has more to guess (draft-vixie-dnsext-dns0x20).</summary>
    public DnsName RandomizeCase(RandomSource random)
    {
        const byte CaseBit = 0x20;
        var lots = new byte[_labels.Length];
        random.Fill(lots);
        byte[] labels = [.. _labels];
        for (int i = 0; i < labels.Length; i++)
        {
            // A length is at most 63 and never a letter.
            labels[i] ^= char.IsAsciiLetter((char)labels[i]) ? (byte)(lots[i] & CaseBit) : (byte)0;
        }

        return new DnsName(labels);
    }

    /// <summary>The name as text, labels joined by dots; one character for each byte. False for the root, and when a label holds a dot.</summary>
    public bool TryGetHost(out string host)
    {
        host = "";
        var text = new StringBuilder(_labels.Length);
        for (int position = 0; _labels[position] != 0; position += 1 + _labels[position])
        {
            ReadOnlySpan<byte> label = _labels.AsSpan(position + 1, _labels[position]);
            if (label.Contains((byte)'.'))
            {
                return false;
            }

            text.Append(text.Length > 0 ? "." : "").Append(Encoding.Latin1.GetString(label));
        }

        host = text.ToString();
        return host.Length > 0;
    }

    /// <summary>The address whose name is asked for: "4.3.2.1.in-addr.arpa", or 32 hexadecimal digits before "ip6.arpa" (RFC 3596, "IP6.ARPA domain").</summary>
    public bool TryGetReverseAddress([NotNullWhen(true)] out IPAddress? address)
    {
        address = null;
        if (!TryGetHost(out string host))
        {
            return false;
        }

        string[] labels = host.ToLowerInvariant().Split('.');
        Array.Reverse(labels);
        return labels switch
        {
            ["arpa", "in-addr", .. { Length: 4 } numbers] => TryReadNumbers(numbers, out address),
            ["arpa", "ip6", .. { Length: 32 } digits] => TryReadDigits(digits, out address),
            _ => false,
        };
    }

    private static bool TryReadNumbers(string[] numbers, [NotNullWhen(true)] out IPAddress? address) =>
        Paths.AddressText.TryParse(string.Join('.', numbers), out address);

    private static bool TryReadDigits(string[] digits, [NotNullWhen(true)] out IPAddress? address)
    {
        address = null;
        string text = string.Concat(digits);
        if (text.Length != 32 || !text.All(char.IsAsciiHexDigit))
        {
            return false;
        }

        address = new IPAddress(Convert.FromHexString(text));
        return true;
    }
}
