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
        await _fixture.Cache.WriteConsensusAsync(Sign("Relay=63"), Cancel);

        await Assert.ThrowsAsync<OutdatedProgramException>(() => Create("").LoadAsync(Cancel));
    }

    [Fact]
    public async Task What_the_authorities_have_not_signed_stops_nobody()
    {
        ClientConsensus client = Create("Relay=63", isAltered: true);

        await Assert.ThrowsAsync<DirectoryException>(() => client.UpdateAsync(Cancel));
    }

    private ClientConsensus Create(string required, bool isAltered = false)
    {
        _fixture.Fetcher.Alter = (request, response) => request.Path.Contains("consensus", StringComparison.Ordinal)
            ? response with { Body = isAltered ? Alter(Sign(required)) : Sign(required) }
            : response;
        using RsaPrivateKey key = StockNetwork.ReadRsaKey("authority-signing");
        DirectoryAuthority only = _fixture.Directories.Single(authority => authority.V3Identity == Signer(key).Identity);
        return new ClientConsensus(_fixture.Profile with { Authorities = [only] }, _fixture.Cache, _fixture.Fetcher, _fixture.Clock, _fixture.Time, _fixture.Log);
    }

    private static byte[] Sign(string required)
    {
        Assert.True(ProtocolVersions.TryParse(required, out ProtocolVersions protocols));
        using RsaPrivateKey key = StockNetwork.ReadRsaKey("authority-signing");
        byte[] unsigned = ConsensusWriter.WriteUnsigned(StockNetwork.ReadConsensus("consensus-microdesc-1") with { RequiredClientProtocols = protocols });
        return ConsensusWriter.Assemble(unsigned, [ConsensusWriter.Sign(unsigned, ConsensusFlavor.Microdescriptor, Signer(key).Identity, key)]);
    }

    private static byte[] Alter(byte[] signed)
    {
        signed[signed.AsSpan().IndexOf("Relay=63"u8) + "Relay=6".Length] = (byte)'2';
        return signed;
    }

    private static AuthorityCertificate Signer(RsaPrivateKey key) => StockNetwork.Certificates.Single(certificate => certificate.SigningKey.Equals(key.PublicKey));
}
