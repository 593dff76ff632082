using System.Net;
using System.Text;
using Tunic.Primitives.Keys;
using Tunic.Tests.Fuzz.Engine;
using Tunic.Tor.Protocol.Documents;
using Tunic.Tor.Protocol.Documents.Lexing;
using Tunic.Tor.Protocol.Documents.Policies;
using Tunic.Tor.Protocol.Paths;
using Tunic.Tor.Protocol.Voting.Flags;
using Tunic.Tor.Protocol.Voting.Tally;

namespace Tunic.Tests.Fuzz.Targets;

/// <summary>Fields of documents and options that are small languages of their own.</summary>
internal static class FieldTargets
{
    public static IEnumerable<FuzzTarget> All =>
    [
        Field("exit-policy", ReadPolicy, ["accept *:80,reject *:*", "accept6 [2001:db8::]/32:1-1024", "reject private:*", "accept 192.0.2.0/255.255.255.0:22"], "ExitPolicyParser", nameof(AddressPattern), nameof(ExitPolicy), nameof(ExitPolicyRule), "ExitPolicySummarizer"),
        Field("exit-policy-descriptor-rule", ReadDescriptorRule, ["*:80", "192.0.2.0/24:1-1024", "private:*", "[2001:db8::]/32:*"], "ExitPolicyParser", nameof(AddressPattern)),
        Field("exit-policy-summary", ReadSummary, ["accept 20-23,43,53,79-81", "reject 1-65535"], nameof(ExitPolicySummary)),
        Field("protocol-versions", ReadProtocols, ["Cons=1-2 Desc=1-2 DirCache=2 Link=1-5 Relay=1-4,6", "X=63 Y="], nameof(ProtocolVersions)),
        Field("field-text", ReadFields, ["2026-11-21 10:25:20", "4294967296", "192.0.2.1:80", "[2001:db8::1]:443", "$0123456789ABCDEF0123456789ABCDEF01234567", "AAAA=="], nameof(FieldText), nameof(Base64Text)),
        Field("tor-version", ReadVersion, ["Tor 0.4.9.11 on Linux", "0.4.8.10-alpha-dev", "0.1.2.3rc4 (git-0123)"], nameof(TorVersion)),
        Field("relay-pattern", ReadPattern, ["192.0.2.0/24", "$0123456789ABCDEF0123456789ABCDEF01234567,nick", "*"], nameof(RelayPattern)),
        Field("relay-set", ReadRelaySet, ["{de},192.0.2.0/24,nick,$0123456789ABCDEF0123456789ABCDEF01234567", "*"], nameof(RelaySet), nameof(AddressText), nameof(FamilyToken)),
    ];

    private static FuzzTarget Field(string name, Action<string> read, string[] seeds, params string[] scope) =>
        new(name, input => read(Encoding.UTF8.GetString(input.Span)), () => seeds.Select(Encoding.UTF8.GetBytes), scope) { IsText = true };

    private static void ReadPolicy(string text)
    {
        if (!ExitPolicyParser.TryParseConfiguration(text, out ExitPolicy policy))
        {
            return;
        }

        policy.Accepts(IPAddress.Loopback, 80);
        policy.Accepts(IPAddress.IPv6Loopback, 80);
        foreach (bool isIPv6 in (bool[])[false, true])
        {
            ExitPolicySummary summary = policy.Summarize(isIPv6);
            FuzzFailureException.Require(ExitPolicySummary.TryParse(summary.ToString(), out ExitPolicySummary? same) && same.Equals(summary), $"a summary that reads back differently: {summary}");
            policy.RejectsEverything(isIPv6);
        }

        // Rules are written as descriptors have them: those of IPv4. The short form for a policy that rejects everything stands for both families.
        string written = policy.ToDescriptorLines();
        var rules = new List<ExitPolicyRule>();
        foreach (string line in written.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] words = line.Split(' ');
            FuzzFailureException.Require(
                ExitPolicyParser.TryParseDescriptorRule(words[0] == "accept", Encoding.UTF8.GetBytes(words[1]), rules), $"cannot read what it wrote: {line}");
        }

        string again = string.Join('\n', rules);
        FuzzFailureException.Require(again == written, $"writes something else after reading: {written}");
    }

    private static void ReadDescriptorRule(string text)
    {
        var rules = new List<ExitPolicyRule>();
        ExitPolicyParser.TryParseDescriptorRule(true, Encoding.UTF8.GetBytes(text), rules);
        var policy = new ExitPolicy(rules);
        policy.ToDescriptorLines();
        policy.Accepts(IPAddress.Loopback, 80);
    }

    private static void ReadSummary(string text)
    {
        RoundTrip.Check(text, input => ExitPolicySummary.TryParse(input, out ExitPolicySummary? summary) ? summary : null, summary => summary.ToString());
        if (ExitPolicySummary.TryParse(text, out ExitPolicySummary? parsed))
        {
            _ = parsed.RejectsEverything | parsed.Accepts(0) | parsed.Accepts(80) | parsed.Accepts(65535);
        }
    }

    private static void ReadProtocols(string text)
    {
        RoundTrip.Check(text, input => ProtocolVersions.TryParse(input, out ProtocolVersions versions) ? versions : null, versions => versions.ToString());
        if (ProtocolVersions.TryParse(text, out ProtocolVersions parsed))
        {
            parsed.Supports(ProtocolName.Link, 5);
            parsed.Supports("Link", int.MaxValue);
            parsed.Supports("Link", -1);
        }
    }

    private static void ReadFields(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        if (FieldText.TryParseTime(bytes, out DateTime time))
        {
            bool again = FieldText.TryParseTime(Encoding.ASCII.GetBytes(FieldText.FormatTime(time)), out DateTime second);
            FuzzFailureException.Require(again && second == time, $"a time that reads back differently: {time:O}");
        }

        FieldText.TryParseNumber(bytes, long.MinValue, long.MaxValue, out _);
        FieldText.TryParsePort(bytes, out _);
        FieldText.TryParseHex(bytes, new byte[20]);
        FieldText.TryParseFingerprint(bytes, out _);
        FieldText.TryParseEndPoint(bytes, out _);
        bool isValid = Base64Text.IsValid(bytes);
        FuzzFailureException.Require(Base64Text.TryDecode(bytes, out _) == isValid, "IsValid and TryDecode disagree");
        Base64Text.TryDecodeExactly(bytes, new byte[32]);
        Digest256.TryParseHex(text, out _);
        RsaIdentity.TryParseHex(text, out _);
    }

    private static void ReadVersion(string text)
    {
        TorVersion? version = TorVersion.Parse(text);
        TorVersion? platform = TorVersion.ParsePlatform(text, out _);
        FuzzFailureException.Require(version is null || version.CompareTo(version) == 0, "a version that is not itself");
        _ = platform is null || version is null ? 0 : platform.CompareTo(version);
        TorVersion.TextOrder.Compare(text, "0.4.9.11");
    }

    private static void ReadPattern(string text)
    {
        if (RelayPattern.TryParse(text, out RelayPattern pattern))
        {
            pattern.Contains(default, "nick", IPAddress.Loopback);
            pattern.Contains(default, "", IPAddress.IPv6Loopback);
        }
    }

    private static void ReadRelaySet(string text)
    {
        bool good = RelaySet.TryParse(text, out RelaySet? set, out string? bad);
        FuzzFailureException.Require(good ? set is not null : bad is not null, "neither a set nor a bad item");
        AddressText.TryParse(text, out _);
        FamilyToken.TryParseFingerprint(text, out _);
    }
}
