using System.Globalization;
using System.Net;
using System.Text;
using Tunic.Primitives.Bytes;

namespace Tunic.Tor.Protocol.RelayMessages;

/// <summary>BEGIN: asks an exit to open a stream (tor-spec, "Opening streams and transferring data").</summary>
/// <param name="Host">A name, or an IPv4 or IPv6 address as text, the latter without brackets. Not checked further: one character
/// per byte received, in whatever case. A client should send lower case, so that it looks like others.</param>
/// <param name="Port">1 to 65,535.</param>
/// <param name="Flags">All bits received, unknown ones too.</param>
public sealed record Begin(string Host, ushort Port, BeginFlags Flags = BeginFlags.None)
{
    private const int FlagsLength = 4;
    private const string WhiteSpace = " \t\n\v\f\r"; // of C's isspace

    /// <summary>Reads the body. Cut-off flags count as none; what follows the flags is ignored.</summary>
    /// <exception cref="MalformedMessageException">No NUL, no port, or a port outside 1 to 65,535. An IPv6 address without brackets
    /// has no port.</exception>
    public static Begin Decode(ReadOnlySpan<byte> body)
    {
        int end = body.IndexOf((byte)0);
        if (end < 0)
        {
            throw new MalformedMessageException("BEGIN without NUL");
        }

        string text = Encoding.Latin1.GetString(body[..end]);
        int colon = text.LastIndexOf(':');
        if (colon < 0 || IsIPv6(text) || !TryParsePort(text.AsSpan(colon + 1), out ushort port))
        {
            throw new MalformedMessageException("BEGIN without a valid port");
        }

        ReadOnlySpan<byte> rest = body[(end + 1)..];
        BeginFlags flags = rest.Length < FlagsLength ? BeginFlags.None : (BeginFlags)new ByteReader(rest).ReadUInt32();
        return new Begin(WithoutBrackets(text[..colon]), port, flags);
    }

    /// <summary>The body as a new array; flags are left out when there are none.</summary>
    /// <exception cref="ArgumentException">The port is 0, or the host holds a NUL or a character that is not one byte.</exception>
    public byte[] Encode()
    {
        if (Port == 0 || Host.Any(character => character is '\0' or > '\xff'))
        {
            throw new ArgumentException("BEGIN needs a port, and a host without NUL and wide characters");
        }

        string host = IsIPv6(Host) ? $"[{Host}]" : Host;
        byte[] target = Encoding.Latin1.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{host}:{Port}\0"));
        if (Flags == BeginFlags.None)
        {
            return target;
        }

        var flags = new byte[FlagsLength];
        new ByteWriter(flags).WriteUInt32((uint)Flags);
        return [.. target, .. flags];
    }

    private static string WithoutBrackets(string host) =>
        host.Length > 2 && host[0] == '[' && host[^1] == ']' && IsIPv6(host[1..^1]) ? host[1..^1] : host;

    // IPAddress also takes brackets with a port after them, and zones; the wire has neither
    private static bool IsIPv6(string text) =>
        text.Contains(':') && text.AsSpan().IndexOfAny('[', '%') < 0 && IPAddress.TryParse(text, out _);

    /// <summary>As the C library reads numbers, since stock exits do: white space, a plus sign and zeros may stand before it.</summary>
    private static bool TryParsePort(ReadOnlySpan<char> text, out ushort port)
    {
        port = 0;
        ReadOnlySpan<char> digits = text.TrimStart(WhiteSpace);
        if (digits.StartsWith('+'))
        {
            digits = digits[1..];
        }

        return !digits.ContainsAnyExceptInRange('0', '9')
            && ushort.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out port)
            && port != 0;
    }
}
