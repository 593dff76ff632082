using System.Net;

namespace Tunic.Tor.Protocol.Documents.Policies;

/// <summary>To which addresses and ports an exit connects: rules, of which the first that matches decides (dir-spec, "accept", "reject").</summary>
/// <remarks>Immutable. A target that no rule matches is accepted, as in stock tor.</remarks>
public sealed class ExitPolicy
{
    /// <summary>A policy of these rules.</summary>
    public ExitPolicy(IEnumerable<ExitPolicyRule> rules) => Rules = [.. rules];

    /// <summary>Rejects everything over both families.</summary>
    public static ExitPolicy RejectAll { get; } = new(
    [
        new ExitPolicyRule(false, AddressPattern.AnyIPv4, ExitPolicyRule.AllPorts),
        new ExitPolicyRule(false, AddressPattern.AnyIPv6, ExitPolicyRule.AllPorts),
    ]);

    /// <summary>The blocks that the word "private" stands for, in stock tor's order.</summary>
    public static IReadOnlyList<AddressPattern> PrivateNetworks { get; } =
    [
        Block("0.0.0.0", 8), Block("169.254.0.0", 16), Block("127.0.0.0", 8), Block("192.168.0.0", 16), Block("10.0.0.0", 8),
        Block("172.16.0.0", 12), Block("::", 8), Block("fc00::", 7), Block("fe80::", 10), Block("fec0::", 10), Block("ff00::", 8),
        Block("::", 127),
    ];

    /// <summary>The rules in order; "private" is already expanded.</summary>
    public IReadOnlyList<ExitPolicyRule> Rules { get; }

    /// <summary>Whether a connection to the target is allowed. Port 0 is never allowed.</summary>
    public bool Accepts(IPAddress address, ushort port)
    {
        if (port == 0)
        {
            return false;
        }

        foreach (ExitPolicyRule rule in Rules)
        {
            if (rule.Matches(address, port))
            {
                return rule.IsAccept;
            }
        }

        return true;
    }

    /// <summary>Whether somebody at this address is let in, where the policy is one of clients: rules are about addresses then.</summary>
    /// <param name="client">IPv4 in IPv6, as listeners for both hand it out, is taken as IPv4.</param>
    public bool Admits(IPAddress client)
    {
        const ushort AnyPort = 1;
        return Accepts(client.IsIPv4MappedToIPv6 ? client.MapToIPv4() : client, AnyPort);
    }

    /// <summary>Whether nothing at all is accepted in the family, because a general reject stands before every accept.</summary>
    public bool RejectsEverything(bool isIPv6)
    {
        foreach (ExitPolicyRule rule in Rules)
        {
            if (rule.Addresses.IsIPv6 != isIPv6)
            {
                continue;
            }

            if (rule.IsAccept || (rule.Addresses.PrefixLength == 0 && rule.Ports == ExitPolicyRule.AllPorts))
            {
                return !rule.IsAccept;
            }
        }

        return true;
    }

    /// <summary>The rules that a server descriptor lists: the IPv4 ones, one per line, without a final line feed.</summary>
    /// <remarks>Descriptors with accept6 or reject6 are refused by every authority; IPv6 goes into the <c>ipv6-policy</c> line.</remarks>
    public string ToDescriptorLines() =>
        RejectsEverything(isIPv6: false) && RejectsEverything(isIPv6: true)
            ? "reject *:*"
            : string.Join('\n', Rules.Where(rule => !rule.Addresses.IsIPv6).Select(rule => rule.ToString()));

    /// <summary>The ports accepted or rejected for most addresses of the family, as stock tor computes them.</summary>
    public ExitPolicySummary Summarize(bool isIPv6) => ExitPolicySummarizer.Summarize(Rules, isIPv6);

    private static AddressPattern Block(string address, int prefixLength) => new(IPAddress.Parse(address), prefixLength);
}
