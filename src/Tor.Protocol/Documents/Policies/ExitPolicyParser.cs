using System.Net;
using System.Text;
using Tunic.Tor.Protocol.Documents.Lexing;

namespace Tunic.Tor.Protocol.Documents.Policies;

/// <summary>Reads exit policy rules from configuration lines and from descriptors, which differ in what "*" means.</summary>
public static class ExitPolicyParser
{
    /// <summary>Longest address, mask and ports in characters.</summary>
    private const int MaxPatternLength = 96;

    /// <summary>Reads a policy as an operator writes it: rules parted by commas or lines, "*" for both families, "*4", "*6", "private".</summary>
    /// <param name="text">For example "accept *:80,reject *:*"; "accept6" and "reject6" take IPv6 patterns only.</param>
    /// <param name="policy">The expanded rules.</param>
    /// <returns>False when any rule is malformed.</returns>
    public static bool TryParseConfiguration(string text, out ExitPolicy policy)
    {
        var rules = new List<ExitPolicyRule>();
        policy = ExitPolicy.RejectAll;
        foreach (string line in text.Split([',', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            string[] words = line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            if (words.Length != 2 || !TryParseAction(words[0], out bool isAccept, out bool onlyIPv6)
                || !TryParseRules(isAccept, Encoding.UTF8.GetBytes(words[1]), isConfiguration: true, onlyIPv6, rules))
            {
                return false;
            }
        }

        policy = new ExitPolicy(rules);
        return true;
    }

    /// <summary>Reads the pattern of an accept or reject line of a server descriptor, where "*" means IPv4.</summary>
    /// <param name="isAccept">What the keyword says.</param>
    /// <param name="pattern">"address[/mask]:ports" or "private:ports".</param>
    /// <param name="rules">Receives the rule, or the expansion of "private".</param>
    /// <returns>False when malformed, or when it is an IPv6 pattern.</returns>
    internal static bool TryParseDescriptorRule(bool isAccept, ReadOnlySpan<byte> pattern, List<ExitPolicyRule> rules) =>
        TryParseRules(isAccept, pattern, isConfiguration: false, onlyIPv6: false, rules);

    private static bool TryParseAction(string word, out bool isAccept, out bool onlyIPv6)
    {
        isAccept = word is "accept" or "accept6";
        onlyIPv6 = word is "accept6" or "reject6";
        return isAccept || word is "reject" or "reject6";
    }

    private static bool TryParseRules(bool isAccept, ReadOnlySpan<byte> text, bool isConfiguration, bool onlyIPv6, List<ExitPolicyRule> rules)
    {
        if (text.Length > MaxPatternLength)
        {
            return false;
        }

        // An IPv6 address needs no brackets when a mask parts it from the ports.
        int addressEnd = Math.Max(text.IndexOf((byte)']'), text.IndexOf((byte)'/')) + 1;
        int colon = text[addressEnd..].IndexOf((byte)':');
        ReadOnlySpan<byte> address = colon < 0 ? text : text[..(addressEnd + colon)];
        ReadOnlySpan<byte> portText = colon < 0 ? default : text[(addressEnd + colon + 1)..];
        if (!TryParsePorts(portText, out PortRange ports))
        {
            return false;
        }

        if (address.SequenceEqual("private"u8) && colon >= 0)
        {
            rules.AddRange(ExitPolicy.PrivateNetworks.Select(block => new ExitPolicyRule(isAccept, block, ports)));
            return true;
        }

        if (address.SequenceEqual("*"u8) && isConfiguration && !onlyIPv6)
        {
            rules.Add(new ExitPolicyRule(isAccept, AddressPattern.AnyIPv4, ports));
            rules.Add(new ExitPolicyRule(isAccept, AddressPattern.AnyIPv6, ports));
            return true;
        }

        if (!TryParsePattern(address, isConfiguration, onlyIPv6, out AddressPattern block)
            || (isConfiguration ? onlyIPv6 && !block.IsIPv6 : block.IsIPv6))
        {
            return false;
        }

        rules.Add(new ExitPolicyRule(isAccept, block, ports));
        return true;
    }

    private static bool TryParsePattern(ReadOnlySpan<byte> text, bool isConfiguration, bool onlyIPv6, out AddressPattern pattern)
    {
        pattern = onlyIPv6 ? AddressPattern.AnyIPv6 : AddressPattern.AnyIPv4;
        if (text.SequenceEqual("*"u8) || (isConfiguration && text.SequenceEqual("*4"u8)))
        {
            return true;
        }

        if (isConfiguration && text.SequenceEqual("*6"u8))
        {
            pattern = AddressPattern.AnyIPv6;
            return true;
        }

        int slash = text.IndexOf((byte)'/');
        ReadOnlySpan<byte> host = slash < 0 ? text : text[..slash];
        bool isIPv6 = host.Contains((byte)':');
        int bits = isIPv6 ? 128 : 32;
        host = host.Length > 2 && host[0] == '[' && host[^1] == ']' ? host[1..^1] : host;
        if (!(isIPv6 ? FieldText.TryParseIPv6(host, out IPAddress? address) : FieldText.TryParseIPv4(host, out address))
            || (slash >= 0 && !TryParseMask(text[(slash + 1)..], isIPv6, out bits)))
        {
            return false;
        }

        pattern = new AddressPattern(address!, bits);
        return true;
    }

    private static bool TryParseMask(ReadOnlySpan<byte> text, bool isIPv6, out int bits)
    {
        bits = 0;
        if (FieldText.TryParseNumber(text, 0, isIPv6 ? 128 : 32, out long number))
        {
            bits = (int)number;
            return true;
        }

        if (isIPv6 || !FieldText.TryParseIPv4(text, out IPAddress? mask))
        {
            return false;
        }

        Span<byte> octets = stackalloc byte[4];
        mask.TryWriteBytes(octets, out _);
        uint inverse = ~System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(octets);
        bits = System.Numerics.BitOperations.LeadingZeroCount(inverse);
        return System.Numerics.BitOperations.IsPow2((ulong)inverse + 1); // a prefix: ones, then zeros
    }

    private static bool TryParsePorts(ReadOnlySpan<byte> text, out PortRange ports)
    {
        ports = ExitPolicyRule.AllPorts;
        if (text.IsEmpty || text.SequenceEqual("*"u8))
        {
            return true;
        }

        int dash = text.IndexOf((byte)'-');
        ReadOnlySpan<byte> first = dash < 0 ? text : text[..dash];
        ReadOnlySpan<byte> last = dash < 0 ? text : text[(dash + 1)..];
        if (!FieldText.TryParsePort(first, out ushort from) || !FieldText.TryParsePort(last, out ushort to) || from == 0 || from > to)
        {
            return false;
        }

        ports = new PortRange(from, to);
        return true;
    }
}
