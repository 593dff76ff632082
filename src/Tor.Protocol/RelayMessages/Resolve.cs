using System.Globalization;
using System.Net;
using System.Text;

namespace Tunic.Tor.Protocol.RelayMessages;

/// <summary>RESOLVE: asks an exit to look up a name, or an address in <c>in-addr.arpa</c> form (tor-spec, "Remote hostname lookup").</summary>
/// <param name="Name">Not checked: one character per byte received, perhaps empty.</param>
public sealed record Resolve(string Name)
{
    /// <summary>The question for the name of an address: its bytes (IPv4) or half-bytes (IPv6), last first.</summary>
    public static Resolve Reverse(IPAddress address)
    {
        byte[] bytes = address.GetAddressBytes();
        IEnumerable<string> labels = bytes.Length == 4
            ? bytes.Reverse().Select(part => part.ToString(CultureInfo.InvariantCulture))
            : Convert.ToHexStringLower(bytes).Reverse().Select(digit => digit.ToString());
        return new Resolve(string.Join('.', labels) + (bytes.Length == 4 ? ".in-addr.arpa" : ".ip6.arpa"));
    }

    /// <summary>Reads the body: up to the first NUL, or all of it. It never fails.</summary>
    public static Resolve Decode(ReadOnlySpan<byte> body)
    {
        int end = body.IndexOf((byte)0);
        return new Resolve(Encoding.Latin1.GetString(end < 0 ? body : body[..end]));
    }

    /// <summary>The body as a new array.</summary>
    /// <exception cref="ArgumentException">The name holds a NUL or a character that is not one byte.</exception>
    public byte[] Encode() => Name.Any(character => character is '\0' or > '\xff')
        ? throw new ArgumentException("RESOLVE takes a name without NUL and wide characters")
        : Encoding.Latin1.GetBytes(Name + '\0');
}
