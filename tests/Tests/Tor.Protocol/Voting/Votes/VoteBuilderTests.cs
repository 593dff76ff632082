using System.Net;
using System.Text;
using Tunic.Tor.Protocol.Documents;
using Tunic.Tor.Protocol.Documents.Bandwidths;
using Tunic.Tor.Protocol.Documents.Descriptors;
using Tunic.Tor.Protocol.Documents.Votes;
using Tunic.Tor.Protocol.Voting.Flags;
using Tunic.Tor.Protocol.Voting.Keys;
using Tunic.Tor.Protocol.Voting.Timing;
using Tunic.Tor.Protocol.Voting.Votes;

namespace Tunic.Tests.Tor.Protocol.Voting.Votes;

public class VoteBuilderTests
{
    private static readonly DateTime StockNow = new(2026, 11, 21, 10, 25, 12, DateTimeKind.Utc);
    private static readonly AuthorityKeys Keys = AuthorityKeys.Create(StockNow, 1, null);

    [Fact]
    public void Microdescriptors_and_entries_are_those_of_stock_tor()
    {
        Vote stock = StockVoting.ReadVotes()[0];
        Vote ours = Build(ReadStock(), null).Vote;
        Assert.Equal(stock.Relays.Count, ours.Relays.Count);
        foreach ((VoteRouterStatus expected, VoteRouterStatus actual) in stock.Relays.Zip(ours.Relays))
        {
            Assert.Equal(expected.Status.Identity, actual.Status.Identity);
            Assert.Equal(expected.Status.DescriptorDigest, actual.Status.DescriptorDigest);
            Assert.Equal(expected.Microdescriptors.Select(each => each.Digest), actual.Microdescriptors.Select(each => each.Digest));
            Assert.Equal(expected.Status.Bandwidth, actual.Status.Bandwidth);
            Assert.Equal(expected.Status.Version, actual.Status.Version);
            Assert.Equal(expected.Status.Protocols.Text, actual.Status.Protocols.Text);
            Assert.Equal(expected.Status.ExitPolicy, actual.Status.ExitPolicy);
            Assert.Equal(expected.Ed25519Identity, actual.Ed25519Identity);
        }
    }

    [Fact]
    public void The_vote_can_be_written_and_read()
    {
        BuiltVote built = Build(ReadStock(), null);
        byte[] text = VoteWriter.Write(built.Vote, Keys.Signing);
        Assert.True(Vote.TryParse(text, out Vote? read, out var fault), fault?.Reason);
        Assert.Equal(built.Vote.Relays.Select(relay => relay.FlagMask), read.Relays.Select(relay => relay.FlagMask));
        Assert.Equal(7, built.Microdescriptors.Count);
        Assert.Contains("AuthDirMaxServersPerAddr", read.Parameters.Keys);
    }

    [Fact]
    public void Measured_bandwidths_go_into_the_vote_and_the_authoritys_own_are_marked()
    {
        KnownRelay[] relays = ReadStock();
        string list = string.Concat(relays.Select((relay, index) => $"node_id=${relay.Identity} bw={index + 5} nick=x\n"));
        byte[] content = Encoding.ASCII.GetBytes($"{(long)(StockNow - DateTime.UnixEpoch).TotalSeconds}\nversion=1.4.0\nscanner=x y\n=====\nlater=1\n{list}");
        Assert.True(BandwidthFile.TryParse(content, out BandwidthFile? file));
        Vote vote = Build(relays, file).Vote;
        Assert.Equal($"timestamp={(long)(StockNow - DateTime.UnixEpoch).TotalSeconds} version=1.4.0", vote.BandwidthFileHeaders);
        Assert.StartsWith("sha256=", vote.BandwidthFileDigest, StringComparison.Ordinal);
        Assert.Equal(6, vote.Relays.Count(relay => relay.MeasuredBandwidth is not null));
        Assert.Single(vote.Relays, relay => relay.MeasuredButAuthority is not null);
    }

    /// <summary>A relay may upload it: stock keeps the descriptor.</summary>
    [Fact]
    public void A_relay_whose_protocols_cannot_be_read_is_not_voted_for()
    {
        KnownRelay[] relays = ReadStock();
        RouterDescriptor descriptor = relays[0].Descriptor;
        relays[0] = relays[0] with { Descriptor = descriptor with { Declaration = descriptor.Declaration with { Protocols = ProtocolVersions.Malformed("Link=5-1") } } };

        Assert.Equal(relays[1..].Select(relay => relay.Identity).Order(), Build(relays, null).Vote.Relays.Select(relay => relay.Status.Identity));
    }

    [Fact]
    public void Of_two_relays_with_one_Ed25519_identity_the_newer_is_voted_for()
    {
        KnownRelay[] relays = ReadStock();
        Assert.Equal(relays.Length, Build([.. relays, .. relays], null).Vote.Relays.Count);
    }

    [Theory]
    [InlineData("Tor 0.4.9.11 on Linux", "Tor 0.4.9.11")]
    [InlineData("Tor 0.1.2 (r1234) on Linux", "Tor 0.1.2 (r1234)")]
    [InlineData("Tunic 1.0 on Linux", "")]
    [InlineData(null, "")]
    public void Only_tor_has_a_version(string? platform, string expected) => Assert.Equal(expected, VoteBuilder.VersionOf(platform));

    private static BuiltVote Build(KnownRelay[] relays, BandwidthFile? bandwidths)
    {
        var profile = new AuthorityProfile
        {
            Nickname = "ours",
            HostName = "127.0.0.1",
            Address = IPAddress.Loopback,
            DirectoryPort = 7000,
            OnionRouterPort = 7001,
            Intervals = new VotingIntervals(TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(4)),
            Parameters = new Dictionary<string, int> { ["cc_alg"] = 2 },
            Flags = FlagOptions.TestingNetwork with { TestingVoteGuard = RelayPattern.All },
        };
        return new VoteBuilder(profile, Keys.Certificate).Build(
            relays, new StabilityHistory(), null, bandwidths,
            new VoteMoment(StockNow, StockNow.AddSeconds(8), TimeSpan.FromMinutes(1), new Dictionary<string, int>()));
    }

    private static KnownRelay[] ReadStock() => [.. DescriptorSplitter.SplitRouterDescriptors(StockVoting.Read("descriptors")).Select((text, index) =>
    {
        Assert.True(RouterDescriptor.TryParse(text, out RouterDescriptor? descriptor, out var fault), fault?.Reason);
        return new KnownRelay { Descriptor = descriptor, LastReachable = StockNow, IsAuthority = index == 0 };
    })];
}
