using System.Net;
using System.Text;
using Tunic.Tor.Protocol.Documents;
using Tunic.Tor.Protocol.Documents.Policies;

namespace Tunic.Tests.Tor.Protocol.Documents;

public sealed class ExitPolicyTests
{
    // Expectations from stock tor 0.4.9.11, src/test/test_policy.c, test_policies_general.
    [Theory]
    [InlineData("reject 192.168.0.0/16:*,reject 0.0.0.0/8:*,reject 10.0.0.0/8:*,accept *:10-30,accept *:90,reject *:*", "accept 10-30,90", null)]
    [InlineData("reject 11.0.0.0/9:80,reject 12.0.0.0/9:80,reject 13.0.0.0/9:80,reject 14.0.0.0/9:80,accept *:*", "accept 1-65535", null)]
    [InlineData("reject 11.0.0.0/9:80,reject 12.0.0.0/9:80,reject 13.0.0.0/9:80,reject 14.0.0.0/9:80,reject 15.0.0.0:81,accept *:*", "accept 1-65535", null)]
    [InlineData("reject 11.0.0.0/9:80,reject 12.0.0.0/9:80,reject 13.0.0.0/9:80,reject 14.0.0.0/9:80,reject 15.0.0.0:80,accept *:*", "reject 80", "accept 1-65535")]
    [InlineData("accept 11.0.0.0/9:80,reject *:*", "reject 1-65535", null)]
    [InlineData("accept *:80,accept *:81,accept *:100-110,accept *:111,reject *:*", "accept 80-81,100-111", null)]
    [InlineData("accept *:1,accept *:3,accept *:65535,reject *:*", "accept 1,3,65535", null)]
    [InlineData("reject *:1,reject *:3,reject *:5,reject *:7,accept *:*", "reject 1,3,5,7", null)]
    [InlineData("reject 149.56.0.0/16,reject6 2607:5300::/32,reject6 2608:5300::/64,reject6 2609:5300::/96,accept *:80,accept *:443,reject *:*", "accept 80,443", null)]
    [InlineData("reject 148.0.0.0/7,reject6 2600::/16,accept *:80,accept *:443,reject *:*", "accept 80,443", null)]
    [InlineData("reject 148.0.0.0/6,reject6 2600::/15,accept *:80,accept *:443,reject *:*", "reject 1-65535", null)]
    [InlineData("reject 128.0.0.0/1,reject6 8000::/1,accept *:80,accept *:443,reject *:*", "reject 1-65535", null)]
    [InlineData("reject 0.0.0.0/0,reject 0.0.0.0/0,reject6 ::/0,reject6 ::/0,accept *:80,reject *:*", "reject 1-65535", null)]
    public void Summaries_are_those_of_stock(string policy, string expected, string? expectedIPv6)
    {
        ExitPolicy parsed = Parse(policy);

        Assert.Equal(expected, parsed.Summarize(isIPv6: false).ToString());
        Assert.Equal(expectedIPv6 ?? expected, parsed.Summarize(isIPv6: true).ToString());
    }

    [Fact]
    public void A_summary_that_is_too_long_is_cut_at_a_comma_before_a_thousand_characters()
    {
        string policy = string.Concat(Enumerable.Range(1, 600).Select(number => $"accept *:{number * 2},")) + "reject *:*";

        string summary = Parse(policy).Summarize(isIPv6: false).ToString();

        Assert.StartsWith("accept 2,4,6,", summary, StringComparison.Ordinal);
        Assert.InRange(summary.Length, 995, 1000);
        Assert.True(ExitPolicySummary.TryParse(summary, out _));
    }

    [Theory]
    [InlineData("8.8.8.8", 80, true)]
    [InlineData("8.8.8.8", 25, false)]
    [InlineData("10.1.2.3", 80, false)]
    [InlineData("18.1.2.3", 80, false)]
    [InlineData("18.1.2.3", 443, true)]
    [InlineData("2001:db8::1", 80, true)]
    [InlineData("fe80::1", 80, false)]
    [InlineData("8.8.8.8", 0, false)]
    public void The_first_rule_that_matches_decides(string address, ushort port, bool accepted)
    {
        ExitPolicy policy = Parse("reject private:*, reject 18.0.0.0/8:80, accept *:80-443, reject *:*");

        Assert.Equal(accepted, policy.Accepts(IPAddress.Parse(address), port));
    }

    [Fact]
    public void What_no_rule_matches_is_accepted() => Assert.True(new ExitPolicy([]).Accepts(IPAddress.Loopback, 1));

    [Fact]
    public void Wildcards_have_families()
    {
        Assert.Equal(["accept *:80"], Lines("accept *4:80"));
        Assert.Equal(["accept6 *:80"], Lines("accept *6:80"));
        Assert.Equal(["accept6 *:80"], Lines("accept6 *:80"));
        Assert.Equal(["accept *:80", "accept6 *:80"], Lines("accept *:80"));
        Assert.Equal(12, Lines("reject private:*").Length);
    }

    [Theory]
    [InlineData("accept 1.2.3.4/255.255.0.0:80", "accept 1.2.3.4/16:80")]
    [InlineData("accept 1.2.3.4/32", "accept 1.2.3.4:*")]
    [InlineData("accept 1.2.3.4/0:1-65535", "accept *:*")]
    [InlineData("reject [2001:db8::]/32:1000-2000", "reject6 [2001:db8::]/32:1000-2000")]
    public void Rules_are_written_as_descriptors_have_them(string text, string expected) => Assert.Equal([expected], Lines(text));

    [Theory]
    [InlineData("accept")]
    [InlineData("allow *:*")]
    [InlineData("accept 1.2.3.4/33:*")]
    [InlineData("accept 1.2.3.4/255.0.255.0:*")]
    [InlineData("accept 1.2.3:*")]
    [InlineData("accept *:0")]
    [InlineData("accept *:80-79")]
    [InlineData("accept *:80-")]
    [InlineData("accept *:65536")]
    [InlineData("accept *4/8:80")]
    [InlineData("accept6 1.2.3.4:80")]
    [InlineData("accept [2001:db8::1:80")]
    [InlineData("accept [2001:db8::1]/129:80")]
    [InlineData("accept private")]
    [InlineData("accept *:80 *:81")]
    public void Malformed_rules_are_refused(string text) => Assert.False(ExitPolicyParser.TryParseConfiguration(text, out _));

    [Theory]
    [InlineData("accept 80,443", "accept 80,443")]
    [InlineData("reject 1-65535", "reject 1-65535")]
    [InlineData("accept 80,x,90", "accept 80,90")]
    [InlineData("accept 80,", "accept 80")]
    [InlineData("accept ", null)]
    [InlineData("accept x", null)]
    [InlineData("accept 0", null)]
    [InlineData("accept 80-79", null)]
    [InlineData("accept 80-", null)]
    [InlineData("accept 65536", null)]
    [InlineData("80", null)]
    public void Summaries_are_read_as_stock_reads_them(string text, string? expected) =>
        Assert.Equal(expected, ExitPolicySummary.TryParse(text, out ExitPolicySummary? summary) ? summary.ToString() : null);

    [Fact]
    public void Summaries_have_a_limit_of_entries()
    {
        Assert.True(ExitPolicySummary.TryParse("accept " + string.Join(',', Enumerable.Repeat("1", 1000)), out _));
        Assert.False(ExitPolicySummary.TryParse("accept " + string.Join(',', Enumerable.Repeat("1", 1001)), out _));
    }

    [Fact]
    public void Descriptor_lines_leave_out_ipv6_and_read_back()
    {
        ExitPolicy policy = Parse("reject private:*, accept *:80, reject *:*");
        var rules = new List<ExitPolicyRule>();
        foreach (string line in policy.ToDescriptorLines().Split('\n'))
        {
            string[] words = line.Split(' ');
            Assert.True(ExitPolicyParser.TryParseDescriptorRule(words[0] == "accept", Encoding.ASCII.GetBytes(words[1]), rules));
        }

        Assert.Equal(policy.Rules.Where(rule => !rule.Addresses.IsIPv6), rules);
        Assert.Equal("reject *:*", ExitPolicy.RejectAll.ToDescriptorLines());
    }

    private static ExitPolicy Parse(string text)
    {
        Assert.True(ExitPolicyParser.TryParseConfiguration(text, out ExitPolicy policy));
        return policy;
    }

    private static string[] Lines(string text) => [.. Parse(text).Rules.Select(rule => rule.ToString())];
}
