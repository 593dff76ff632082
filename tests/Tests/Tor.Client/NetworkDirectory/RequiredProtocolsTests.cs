using Tunic.Primitives.Cryptography;
using Tunic.Tests.Tor.Protocol.Documents;
using Tunic.Tor.Client;
using Tunic.Tor.Client.NetworkDirectory;
using Tunic.Tor.Network.NetworkDirectory;
using Tunic.Tor.Protocol.Documents;
using Tunic.Tor.Protocol.Documents.Authorities;
using Tunic.Tor.Protocol.Documents.Consensuses;
using Tunic.Tor.Protocol.Voting.Tally;

namespace Tunic.Tests.Tor.Client.NetworkDirectory;

/// <summary>A consensus that the one trusted authority has signed anew says what clients have to speak.</summary>
public sealed class RequiredProtocolsTests
{
    private readonly DirectoryFixture _fixture = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Relay=63", "Relay=63")]
    [InlineData("Cons=1-2 Unheard=1", "Unheard=1")]
    public async Task What_this_program_does_not_speak_stops_the_client(string required, string missing)
    {
        ClientConsensus client = Create(required);

        OutdatedProgramException refusal = await Assert.ThrowsAsync<OutdatedProgramException>(() => client.UpdateAsync(Cancel));

        Assert.Contains($" {missing}. ", refusal.Message, StringComparison.Ordinal);
        Assert.Null(client.Current);
    }

    [Theory]
    [InlineData("")]
    [InlineData(ProtocolVersionVoting.RequiredClient)]
    public async Task What_this_program_speaks_does_not(string required)
    {
        ClientConsensus client = Create(required);

        await client.UpdateAsync(Cancel);

        Assert.Equal(required, client.Current?.RequiredClientProtocols?.Text);
    }

    /// <summary>An older program, started where a newer one has been.</summary>
    [Fact]
    public async Task A_consensus_in_the_cache_stops_the_client_as_well()
    {
        await _fixture.Cache.WriteCertificatesAsync(StockNetwork.Certificates, Cancel);
        await _fixture.Cache.WriteConsensusAsync(Sign(consensus => consensus with { RequiredClientProtocols = Parse("Relay=63") }), Cancel);

        await Assert.ThrowsAsync<OutdatedProgramException>(() => Create("").LoadAsync(Cancel));
    }

    [Fact]
    public async Task What_the_authorities_have_not_signed_stops_nobody()
    {
        ClientConsensus client = Create("Relay=63", isAltered: true);

        await Assert.ThrowsAsync<DirectoryException>(() => client.UpdateAsync(Cancel));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_relays_have_to_speak_stops_a_relay_alone(bool servesRelay)
    {
        ClientConsensus directory = Create(consensus => consensus with { RequiredRelayProtocols = Parse("Relay=63") }, servesRelay);

        if (servesRelay)
        {
            await Assert.ThrowsAsync<OutdatedProgramException>(() => directory.UpdateAsync(Cancel));
        }
        else
        {
            await directory.UpdateAsync(Cancel);
        }
    }

    /// <summary>The client's half of the program must not end what its relay announces.</summary>
    [Fact]
    public void All_that_stock_authorities_require_of_relays_and_all_that_we_announce_is_spoken()
    {
        var requirements = new ProtocolRequirements(servesRelay: true, _fixture.Log);
        Consensus consensus = StockNetwork.ReadConsensus("consensus-microdesc-1");

        requirements.Check(consensus with { RequiredRelayProtocols = Parse(ProtocolVersionVoting.RequiredRelay), RecommendedRelayProtocols = Parse(ProtocolVersionVoting.RecommendedRelay) });
        requirements.Check(consensus with { RequiredRelayProtocols = SpokenProtocols.OfRelay });

        Assert.Empty(_fixture.Log.Warnings);
    }

    /// <summary>Read from the cache and fetched: said once.</summary>
    [Fact]
    public async Task What_is_recommended_is_missed_aloud_and_once()
    {
        var requirements = new ProtocolRequirements(servesRelay: true, _fixture.Log);
        Consensus consensus = StockNetwork.ReadConsensus("consensus-microdesc-1") with { RecommendedRelayProtocols = Parse("Link=3-5 Unheard=1") };

        requirements.Check(consensus);
        requirements.Check(consensus);

        Assert.Single(_fixture.Log.Warnings, line => line.Contains(" Unheard=1.", StringComparison.Ordinal));
    }

    private ClientConsensus Create(string required, bool isAltered = false) =>
        Create(consensus => consensus with { RequiredClientProtocols = Parse(required) }, servesRelay: false, isAltered);

    private ClientConsensus Create(Func<Consensus, Consensus> change, bool servesRelay, bool isAltered = false)
    {
        _fixture.Fetcher.Alter = (request, response) => request.Path.Contains("consensus", StringComparison.Ordinal)
            ? response with { Body = isAltered ? Alter(Sign(change)) : Sign(change) }
            : response;
        using RsaPrivateKey key = StockNetwork.ReadRsaKey("authority-signing");
        DirectoryAuthority only = _fixture.Directories.Single(authority => authority.V3Identity == Signer(key).Identity);
        return new ClientConsensus(
            _fixture.Profile with { Authorities = [only] },
            new ProtocolRequirements(servesRelay, _fixture.Log),
            _fixture.Cache,
            _fixture.Fetcher,
            _fixture.Clock,
            _fixture.Time,
            _fixture.Log);
    }

    private static ProtocolVersions Parse(string text)
    {
        Assert.True(ProtocolVersions.TryParse(text, out ProtocolVersions protocols));
        return protocols;
    }

    private static byte[] Sign(Func<Consensus, Consensus> change)
    {
        using RsaPrivateKey key = StockNetwork.ReadRsaKey("authority-signing");
        byte[] unsigned = ConsensusWriter.WriteUnsigned(change(StockNetwork.ReadConsensus("consensus-microdesc-1")));
        return ConsensusWriter.Assemble(unsigned, [ConsensusWriter.Sign(unsigned, ConsensusFlavor.Microdescriptor, Signer(key).Identity, key)]);
    }

    private static byte[] Alter(byte[] signed)
    {
        signed[signed.AsSpan().IndexOf("Relay=63"u8) + "Relay=6".Length] = (byte)'2';
        return signed;
    }

    private static AuthorityCertificate Signer(RsaPrivateKey key) => StockNetwork.Certificates.Single(certificate => certificate.SigningKey.Equals(key.PublicKey));
}
