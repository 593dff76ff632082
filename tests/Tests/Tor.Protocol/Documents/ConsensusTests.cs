using System.Text;
using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Documents;
using Tunic.Tor.Protocol.Documents.Authorities;
using Tunic.Tor.Protocol.Documents.Consensuses;

namespace Tunic.Tests.Tor.Protocol.Documents;

public sealed class ConsensusTests
{
    [Theory]
    [InlineData("consensus-1")]
    [InlineData("consensus-microdesc-1")]
    public void A_stock_consensus_is_read_verified_and_written_again_byte_for_byte(string name)
    {
        Consensus consensus = StockNetwork.ReadConsensus(name);

        ConsensusVerification result = ConsensusVerifier.Verify(consensus, StockNetwork.Certificates, StockNetwork.Authorities, StockNetwork.Now);
        Assert.Equal((3, 2, 0), (result.Good.Count, result.Required, result.Bad.Count));
        Assert.True(result.IsAccepted);
        Assert.Equal(StockNetwork.ReadText(name), Encoding.UTF8.GetString(ConsensusWriter.Assemble(ConsensusWriter.WriteUnsigned(consensus), consensus.Signatures)));
    }

    [Fact]
    public void The_fields_of_a_consensus_are_what_the_text_says()
    {
        Consensus consensus = StockNetwork.ReadConsensus("consensus-1");

        Assert.Equal(ConsensusFlavor.Unflavored, consensus.Flavor);
        Assert.Equal(35, consensus.Method);
        Assert.Equal(new DateTime(2026, 11, 21, 10, 7, 50, DateTimeKind.Utc), consensus.ValidAfter);
        Assert.Equal(TimeSpan.FromSeconds(2), consensus.VoteDelay);
        Assert.Equal(1000, consensus.Parameters["circwindow"]);
        Assert.Equal(3, consensus.Voters.Count);
        Assert.Equal("auth0 grüße@example.net", consensus.Voters.Single(voter => voter.Nickname == "auth0").Contact);
        Assert.Equal(3, consensus.CurrentSharedRandomReveals);
        Assert.NotEmpty(consensus.BandwidthWeights);
        RouterStatus relay = consensus.Relays.Single(relay => relay.Nickname == "relay1");
        Assert.Equal("127.0.0.1:21021", relay.Address.ToString());
        Assert.True(relay.Flags.HasFlag(RelayFlags.Exit | RelayFlags.Guard | RelayFlags.Running | RelayFlags.Valid));
        Assert.Equal("reject 6000-7000", relay.ExitPolicy!.ToString());
        Assert.True(relay.Protocols.Supports(ProtocolName.Relay, 6));
        Assert.Equal("Tor 0.4.9.11", relay.Version);
        Assert.Equal(1007, relay.Bandwidth);
    }

    [Fact]
    public void A_carriage_return_in_a_line_is_a_letter_and_can_be_written_again()
    {
        string text = StockNetwork.ReadText("consensus-1").Replace("\nv Tor 0.4.9.11\n", "\nv Tor 0.4.9.11\r\n", StringComparison.Ordinal);

        Assert.True(Consensus.TryParse(Encoding.UTF8.GetBytes(text), out Consensus? consensus, out _));
        Assert.Equal(text, Encoding.UTF8.GetString(ConsensusWriter.Assemble(ConsensusWriter.WriteUnsigned(consensus), consensus.Signatures)));
    }

    [Fact]
    public void Both_flavours_list_the_same_relays_with_their_own_digests()
    {
        Consensus full = StockNetwork.ReadConsensus("consensus-1");
        Consensus micro = StockNetwork.ReadConsensus("consensus-microdesc-1");

        Assert.Equal(full.Relays.Select(relay => relay.Identity), micro.Relays.Select(relay => relay.Identity));
        Assert.All(full.Relays, relay => Assert.False(relay.DescriptorDigest.IsZero));
        Assert.All(micro.Relays, relay => Assert.False(relay.MicrodescriptorDigest.IsZero));
        Assert.All(micro.Relays, relay => Assert.Equal(2038, relay.Published.Year));
    }

    [Fact]
    public void Signing_again_gives_the_signature_that_stock_made()
    {
        using RsaPrivateKey key = StockNetwork.ReadRsaKey("authority-signing");
        foreach (string name in (string[])["consensus-1", "consensus-microdesc-1"])
        {
            Consensus consensus = StockNetwork.ReadConsensus(name);
            AuthorityCertificate certificate = OwnCertificate(key);

            ConsensusSignature signature = ConsensusWriter.Sign(
                ConsensusWriter.WriteUnsigned(consensus), consensus.Flavor, certificate.Identity, key);

            ConsensusSignature expected = consensus.Signatures.Single(other => other.Identity == certificate.Identity);
            Assert.Equal(expected.Signature.ToArray(), signature.Signature.ToArray());
            Assert.Equal((expected.Algorithm, expected.SigningKeyDigest), (signature.Algorithm, signature.SigningKeyDigest));
        }
    }

    [Fact]
    public void More_than_half_of_the_trusted_authorities_must_have_signed()
    {
        Consensus consensus = StockNetwork.ReadConsensus("consensus-1");
        RsaIdentity[] strangers = [.. Enumerable.Range(1, 3).Select(number => new RsaIdentity(Enumerable.Repeat((byte)number, 20).ToArray()))];

        ConsensusVerification five = Verify(consensus, [.. StockNetwork.Authorities, .. strangers[..2]]);
        Assert.True(five.IsAccepted);
        ConsensusVerification six = Verify(consensus, [.. StockNetwork.Authorities, .. strangers]);
        Assert.Equal((3, 4), (six.Good.Count, six.Required));
        Assert.False(six.IsAccepted || six.CouldBeAccepted);
        ConsensusVerification none = Verify(consensus, strangers);
        Assert.Equal((0, 3), (none.Good.Count, none.Unrecognized.Count));
    }

    [Fact]
    public void Missing_and_expired_certificates_are_named()
    {
        Consensus consensus = StockNetwork.ReadConsensus("consensus-1");

        ConsensusVerification missing = ConsensusVerifier.Verify(consensus, [StockNetwork.Certificates[0]], StockNetwork.Authorities, StockNetwork.Now);
        Assert.False(missing.IsAccepted);
        Assert.True(missing.CouldBeAccepted);
        Assert.Equal(
            StockNetwork.Certificates.Skip(1).Select(certificate => certificate.KeyId).ToHashSet(), missing.MissingCertificates.ToHashSet());

        ConsensusVerification expired = ConsensusVerifier.Verify(
            consensus, StockNetwork.Certificates, StockNetwork.Authorities, StockNetwork.Now.AddYears(2));
        Assert.Equal((0, 3), (expired.Good.Count, expired.MissingCertificates.Count));
    }

    [Fact]
    public void A_changed_byte_spoils_every_signature()
    {
        byte[] text = Encoding.UTF8.GetBytes(StockNetwork.ReadText("consensus-1").Replace("Bandwidth=1007", "Bandwidth=1008", StringComparison.Ordinal));
        Assert.True(Consensus.TryParse(text, out Consensus? consensus, out _));

        ConsensusVerification result = Verify(consensus, StockNetwork.Authorities);

        Assert.Equal((0, 3), (result.Good.Count, result.Bad.Count));
    }

    [Fact]
    public void Liveness_has_a_day_of_grace()
    {
        Consensus consensus = StockNetwork.ReadConsensus("consensus-1");

        Assert.True(consensus.IsLive(consensus.ValidAfter) && consensus.IsLive(consensus.ValidUntil));
        Assert.False(consensus.IsLive(consensus.ValidUntil.AddSeconds(1)) || consensus.IsLive(consensus.ValidAfter.AddSeconds(-1)));
        Assert.True(consensus.IsReasonablyLive(consensus.ValidUntil.AddHours(24)) && consensus.IsReasonablyLive(consensus.ValidAfter.AddHours(-24)));
        Assert.False(consensus.IsReasonablyLive(consensus.ValidUntil.AddHours(24).AddSeconds(1)));
    }

    [Theory]
    [InlineData("known-flags Authority Exit", "known-flags Exit Authority", "known-flags not in order")]
    [InlineData("params AuthDirMaxServersPerAddr=0 bwweightscale=10000", "params bwweightscale=10000 AuthDirMaxServersPerAddr=0", "params not in order")]
    [InlineData("circwindow=1000", "circwindow=x", "Bad element in params")]
    [InlineData("circwindow=1000", "circwindow=99999999999", "Bad element in params")]
    [InlineData("vote-status consensus", "vote-status vote", "Got the wrong kind of v3 networkstatus.")]
    [InlineData("network-status-version 3\n", "network-status-version 3 strange\n", "Can't parse document with unknown flavor")]
    [InlineData("fresh-until 2026-11-21 10:08:00", "fresh-until 2026-11-21 10:07:55", "Vote/consensus freshness interval is too short")]
    [InlineData("voting-delay 2 2", "voting-delay 1 2", "Vote seconds is too short")]
    [InlineData("voting-delay 2 2", "voting-delay 2 18446744073709551615", "Unparseable voting-delay")]
    [InlineData("voting-delay 2 2", "voting-delay 9223372036854775807 2", "Unparseable voting-delay")]
    [InlineData("\nw Bandwidth=1007\n", "\nw Bandwidth=-7\n", "Invalid Bandwidth")]
    [InlineData("\np reject 6000-7000\n", "\np refuse 6000-7000\n", "Unknown exit policy summary type.")]
    [InlineData("\npr Conflux=1 ", "\npr Conflux=64 ", "Malformed protocol list in router status")]
    [InlineData("\nr relay1 ", "\nr relay-1 ", "Invalid nickname in router status; skipping.")]
    [InlineData("contact auth0", "unheard-of\ncontact auth0\ncontact auth0", "contact element is out of place.")]
    [InlineData("valid-after 2026-11-21 10:07:50", "valid-after 2026-11-21 10:07:50\r", "Unparseable time in valid-after")]
    public void What_stock_refuses_is_refused(string original, string replacement, string reason)
    {
        string text = StockNetwork.ReadText("consensus-1");
        Assert.Contains(original, text, StringComparison.Ordinal);

        bool good = Consensus.TryParse(Encoding.UTF8.GetBytes(text.Replace(original, replacement, StringComparison.Ordinal)), out _, out DocumentFault? fault);

        Assert.False(good);
        Assert.Equal(reason, fault!.Reason);
    }

    /// <summary>Stock tor takes it, and an assertion ends the process (networkstatus.c, update_consensus_networkstatus_fetch_time_impl).</summary>
    [Theory]
    [InlineData("2026-11-21 10:08:20")]
    [InlineData("2026-11-21 10:09:00")]
    public void A_consensus_has_to_outlast_its_freshness(string freshUntil)
    {
        string text = StockNetwork.ReadText("consensus-1").Replace("fresh-until 2026-11-21 10:08:00", $"fresh-until {freshUntil}", StringComparison.Ordinal);

        Assert.False(Consensus.TryParse(Encoding.UTF8.GetBytes(text), out _, out DocumentFault? fault));
        Assert.Equal("Consensus is fresh for as long as it is valid", fault.Reason);
    }

    [Fact]
    public void Relays_must_be_in_ascending_order_and_appear_once()
    {
        string text = StockNetwork.ReadText("consensus-1");
        int first = text.IndexOf("\nr ", StringComparison.Ordinal) + 1;
        int second = text.IndexOf("\nr ", first, StringComparison.Ordinal) + 1;
        string doubled = text.Insert(first, text[first..second]);

        Assert.False(Consensus.TryParse(Encoding.UTF8.GetBytes(doubled), out _, out DocumentFault? fault));
        Assert.Equal("Networkstatus entries not sorted by identity digest", fault.Reason);
    }

    [Fact]
    public void Damaged_text_is_refused_and_never_throws()
    {
        byte[] text = StockNetwork.Read("consensus-1");

        // A consensus is complete after its first and its second signature already.
        Assert.Equal(2, DocumentHarness.CountAcceptedPrefixes(text, Parse));
        DocumentHarness.Mutate(text, seed: 5, rounds: 1500, Parse);
        DocumentHarness.Mutate(StockNetwork.Read("consensus-microdesc-1"), seed: 6, rounds: 1500, Parse);
    }

    [Fact]
    public void Eight_thousand_relays_are_read_each_with_its_own_identity()
    {
        Consensus small = StockNetwork.ReadConsensus("consensus-microdesc-1");
        var random = new Tunic.Primitives.Time.SeededRandomSource(3);
        var identity = new byte[RsaIdentity.Length];
        RouterStatus[] relays = [.. Enumerable.Range(0, 8000).Select(index =>
        {
            random.Fill(identity);
            return small.Relays[index % small.Relays.Count] with { Identity = new RsaIdentity(identity) };
        }).OrderBy(relay => relay.Identity)];
        byte[] text = ConsensusWriter.Assemble(ConsensusWriter.WriteUnsigned(small with { Relays = relays }), small.Signatures);

        Assert.True(Consensus.TryParse(text, out Consensus? consensus, out _));

        Assert.Equal(relays.Select(relay => relay.Identity), consensus.Relays.Select(relay => relay.Identity));
    }

    private static AuthorityCertificate OwnCertificate(RsaPrivateKey key) =>
        StockNetwork.Certificates.Single(certificate => certificate.SigningKey.Equals(key.PublicKey));

    private static ConsensusVerification Verify(Consensus consensus, IReadOnlyCollection<RsaIdentity> trusted) =>
        ConsensusVerifier.Verify(consensus, StockNetwork.Certificates, trusted, StockNetwork.Now);

    private static bool Parse(ReadOnlyMemory<byte> text) => Consensus.TryParse(text, out _, out _);
}
