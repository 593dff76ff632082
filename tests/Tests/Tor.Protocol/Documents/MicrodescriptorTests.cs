using System.Text;
using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Documents;
using Tunic.Tor.Protocol.Documents.Consensuses;
using Tunic.Tor.Protocol.Documents.Descriptors;
using Tunic.Tor.Protocol.Documents.Microdescriptors;
using Tunic.Tor.Protocol.Documents.Votes;

namespace Tunic.Tests.Tor.Protocol.Documents;

public sealed class MicrodescriptorTests
{
    [Fact]
    public void A_list_gives_what_the_consensus_names()
    {
        IReadOnlyList<MicrodescriptorEntry> entries = new MicrodescriptorParser().ParseList(StockNetwork.Read("microdescriptors"));
        Consensus consensus = StockNetwork.ReadConsensus("consensus-microdesc-2");

        Assert.All(entries, entry => Assert.Null(entry.Fault));
        Assert.Equal(
            consensus.Relays.Select(relay => relay.MicrodescriptorDigest).ToHashSet(), entries.Select(entry => entry.Digest).ToHashSet());
        Assert.All(entries, entry => Assert.Equal(entry.Digest, entry.Microdescriptor!.Digest));
    }

    [Fact]
    public void Microdescriptors_made_from_descriptors_are_those_of_stock_for_each_method()
    {
        Assert.True(Vote.TryParse(StockNetwork.Read("vote-0"), out Vote? vote, out _));
        var parser = new MicrodescriptorParser();
        foreach (VoteRouterStatus relay in vote.Relays)
        {
            RouterDescriptor descriptor = StockNetwork.ReadDescriptors().Single(descriptor => descriptor.Digest == relay.Status.DescriptorDigest);
            for (int method = MicrodescriptorWriter.MinMethod; method <= MicrodescriptorWriter.MaxMethod; method++)
            {
                byte[] text = MicrodescriptorWriter.Write(descriptor, method)!;
                Assert.Equal(relay.FindMicrodescriptor(method), parser.ParseOne(text).Digest);
            }
        }

        Assert.Contains(vote.Relays, relay => relay.Microdescriptors.Count == 2); // families change the text from method 35 on
    }

    [Fact]
    public void The_fields_are_what_the_text_says()
    {
        MicrodescriptorEntry entry = new MicrodescriptorParser().ParseOne(Text(
            "family $AAAA456789012345678901234567890123456789 nick", "family-ids ed25519:x other:y", "p accept 80,443", "p6 reject 25",
            "id rsa1024 abc", $"id ed25519 {Convert.ToBase64String(new byte[32]).TrimEnd('=').Replace("AAA", "BBB", StringComparison.Ordinal)}"));

        Microdescriptor micro = entry.Microdescriptor!;
        Assert.Equal(["$AAAA456789012345678901234567890123456789", "nick"], micro.Family);
        Assert.Equal(["ed25519:x", "other:y"], micro.FamilyIds);
        Assert.Equal(("accept 80,443", "reject 25"), (micro.ExitPolicy.ToString(), micro.ExitPolicyV6.ToString()));
        Assert.False(micro.Ed25519Identity.IsZero);
    }

    [Fact]
    public void Absent_or_unreadable_policies_reject_everything()
    {
        Microdescriptor micro = new MicrodescriptorParser().ParseOne(Text("p accept")).Microdescriptor!;

        Assert.Equal((ExitPolicySummary.RejectAll, ExitPolicySummary.RejectAll), (micro.ExitPolicy, micro.ExitPolicyV6));
        Assert.Equal((true, 0), (micro.Ed25519Identity.IsZero, micro.Family.Count));
    }

    [Theory]
    [InlineData("onion-key\n", "missing ntor-onion-key element.")]
    [InlineData("ntor-onion-key AAAA\nonion-key\n", "first item is not onion-key.")]
    [InlineData("onion-key\nntor-onion-key AAAA\n", "Bogus ntor-onion-key in microdesc")]
    [InlineData("onion-key\n-----BEGIN RSA PUBLIC KEY-----\nAAAA\n-----END RSA PUBLIC KEY-----\n", "Couldn't parse public key.")]
    public void Malformed_text_has_a_reason(string text, string reason)
    {
        MicrodescriptorEntry entry = new MicrodescriptorParser().ParseOne(Encoding.ASCII.GetBytes(text));

        Assert.Null(entry.Microdescriptor);
        Assert.Equal(reason, entry.Fault!.Reason);
    }

    [Fact]
    public void One_bad_entry_does_not_spoil_the_others_and_its_digest_is_told()
    {
        byte[] good = Text("p accept 80");
        byte[] bad = Encoding.ASCII.GetBytes("onion-key\nid ed25519 x\n");

        IReadOnlyList<MicrodescriptorEntry> entries = new MicrodescriptorParser().ParseList(
            (byte[])[.. "@last-listed 2026-01-01 00:00:00\n"u8, .. good, .. "@x\n"u8, .. bad, .. "@y\n"u8, .. good]);

        Assert.Equal([true, false, true], entries.Select(entry => entry.Fault is null));
        Assert.Equal(new Digest256(System.Security.Cryptography.SHA256.HashData(bad)), entries[1].Digest);
        Assert.Equal(entries[0].Digest, entries[2].Digest);
    }

    [Fact]
    public void Damaged_text_never_throws()
    {
        byte[] text = StockNetwork.Read("microdescriptors");
        DocumentHarness.CountAcceptedPrefixes(text, Parse);
        DocumentHarness.Mutate(text, seed: 51, rounds: 1500, Parse);
    }

    private static byte[] Text(params string[] lines) =>
        Encoding.UTF8.GetBytes($"onion-key\nntor-onion-key {Convert.ToBase64String(new byte[32]).TrimEnd('=')}\n{string.Concat(lines.Select(line => line + "\n"))}");

    private static bool Parse(ReadOnlyMemory<byte> text) => new MicrodescriptorParser().ParseList(text).Any(entry => entry.Fault is null);
}
