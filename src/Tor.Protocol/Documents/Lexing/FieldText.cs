using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using Tunic.Primitives.Keys;

namespace Tunic.Tor.Protocol.Documents.Lexing;

/// <summary>The fields that several documents share: times, numbers, digests, names, addresses.</summary>
internal static class FieldText
{
    /// <summary>Longest nickname.</summary>
    public const int MaxNicknameLength = 19;

    /// <summary>"YYYY-MM-DD HH:MM:SS" in UTC, and nothing after it.</summary>
    public static bool TryParseTime(ReadOnlySpan<byte> text, out DateTime time)
    {
        time = default;
        if (text.Length != 19 || text[4] != '-' || text[7] != '-' || text[10] != ' ' || text[13] != ':' || text[16] != ':')
        {
            return false;
        }

        if (!TryParseDigits(text[..4], out int year) || !TryParseDigits(text[5..7], out int month)
            || !TryParseDigits(text[8..10], out int day) || !TryParseDigits(text[11..13], out int hour)
            || !TryParseDigits(text[14..16], out int minute) || !TryParseDigits(text[17..], out int second))
        {
            return false;
        }

        // 60 is a leap second; like C's timegm it rolls over into the next minute.
        if (year < 1970 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month) || hour > 23 || minute > 59 || second > 60)
        {
            return false;
        }

        if (year == 9999 && second == 60)
        {
            return false;
        }

        time = new DateTime(year, month, day, hour, minute, 0, DateTimeKind.Utc).AddSeconds(second);
        return true;
    }

    /// <summary>The text that <see cref="TryParseTime"/> reads.</summary>
    public static string FormatTime(DateTime time) => time.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    /// <summary>A decimal number without sign, of the whole text, in the range.</summary>
    public static bool TryParseNumber(ReadOnlySpan<byte> text, long min, long max, out long number) =>
        Utf8Parser.TryParse(text, out number, out int used) && used == text.Length && text[0] is not ((byte)'+' or (byte)'-')
        && number >= min && number <= max;

    /// <summary>A decimal number that fits 32 bits, perhaps with a minus sign.</summary>
    public static bool TryParseInt32(ReadOnlySpan<byte> text, out int number) =>
        Utf8Parser.TryParse(text, out number, out int used) && used == text.Length && text[0] != (byte)'+';

    public static bool TryParsePort(ReadOnlySpan<byte> text, out ushort port)
    {
        bool good = TryParseNumber(text, 0, ushort.MaxValue, out long number);
        port = good ? (ushort)number : (ushort)0;
        return good;
    }

    public static bool TryParseHex(ReadOnlySpan<byte> text, Span<byte> destination) =>
        text.Length == 2 * destination.Length
        && Convert.FromHexString(text, destination, out _, out _) == System.Buffers.OperationStatus.Done;

    public static bool TryParseFingerprint(ReadOnlySpan<byte> hex, out RsaIdentity identity)
    {
        Span<byte> bytes = stackalloc byte[RsaIdentity.Length];
        bool good = TryParseHex(hex, bytes);
        identity = good ? new RsaIdentity(bytes) : default;
        return good;
    }

    public static bool TryParseDigest160(ReadOnlySpan<byte> base64, out Digest160 digest)
    {
        Span<byte> bytes = stackalloc byte[Digest160.Length];
        bool good = Base64Text.TryDecodeExactly(base64, bytes);
        digest = good ? new Digest160(bytes) : default;
        return good;
    }

    public static bool TryParseDigest256(ReadOnlySpan<byte> base64, out Digest256 digest)
    {
        Span<byte> bytes = stackalloc byte[Digest256.Length];
        bool good = Base64Text.TryDecodeExactly(base64, bytes);
        digest = good ? new Digest256(bytes) : default;
        return good;
    }

    public static bool TryParseEd25519(ReadOnlySpan<byte> base64, out Ed25519Identity identity)
    {
        Span<byte> bytes = stackalloc byte[Ed25519Identity.Length];
        bool good = Base64Text.TryDecodeExactly(base64, bytes);
        identity = good ? new Ed25519Identity(bytes) : default;
        return good;
    }

    /// <summary>A Curve25519 key: 43 characters, or 44 with padding.</summary>
    public static bool TryParseX25519(ReadOnlySpan<byte> base64, [NotNullWhen(true)] out byte[]? key)
    {
        key = new byte[32];
        if (base64.Length is 43 or 44 && Base64Text.TryDecodeExactly(base64, key))
        {
            return true;
        }

        key = null;
        return false;
    }

    /// <summary>1 to 19 ASCII letters and digits.</summary>
    public static bool IsNickname(ReadOnlySpan<byte> text)
    {
        foreach (byte letter in text)
        {
            if (!char.IsAsciiLetterOrDigit((char)letter))
            {
                return false;
            }
        }

        return text.Length is >= 1 and <= MaxNicknameLength;
    }

    /// <summary>A dotted quad; no other spelling of an IPv4 address.</summary>
    public static bool TryParseIPv4(ReadOnlySpan<byte> text, [NotNullWhen(true)] out IPAddress? address)
    {
        address = null;
        Span<byte> octets = stackalloc byte[4];
        for (int index = 0; index < 4; index++)
        {
            int dot = index == 3 ? text.Length : text.IndexOf((byte)'.');
            if (dot is < 1 or > 3 || !TryParseDigits(text[..dot], out int octet) || octet > 255)
            {
                return false;
            }

            octets[index] = (byte)octet;
            text = index == 3 ? default : text[(dot + 1)..];
        }

        address = new IPAddress(octets);
        return true;
    }

    /// <summary>"[IPv6]:port" or "IPv4:port" with a port from 1 to 65535.</summary>
    public static bool TryParseEndPoint(ReadOnlySpan<byte> text, [NotNullWhen(true)] out IPEndPoint? endPoint)
    {
        endPoint = null;
        int colon = text.LastIndexOf((byte)':');
        if (colon < 0 || !TryParsePort(text[(colon + 1)..], out ushort port) || port == 0)
        {
            return false;
        }

        ReadOnlySpan<byte> host = text[..colon];
        IPAddress? address;
        bool good = host.Length > 2 && host[0] == '[' && host[^1] == ']'
            ? TryParseIPv6(host[1..^1], out address)
            : TryParseIPv4(host, out address);
        endPoint = good ? new IPEndPoint(address!, port) : null;
        return good;
    }

    /// <summary>An IPv6 address without brackets and scope.</summary>
    public static bool TryParseIPv6(ReadOnlySpan<byte> text, [NotNullWhen(true)] out IPAddress? address)
    {
        address = null;
        return text.Contains((byte)':') && !text.ContainsAny("%[]/"u8) && IPAddress.TryParse(text, out address);
    }

    private static bool TryParseDigits(ReadOnlySpan<byte> text, out int number)
    {
        number = 0;
        foreach (byte digit in text)
        {
            if (!char.IsAsciiDigit((char)digit))
            {
                return false;
            }

            number = (number * 10) + digit - '0';
        }

        return true;
    }
}
