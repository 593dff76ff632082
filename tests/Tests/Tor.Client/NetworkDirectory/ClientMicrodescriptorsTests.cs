using System.Text;
using Tunic.Primitives.Keys;
using Tunic.Tests.Tor.Protocol.Documents;
using Tunic.Tor.Client.NetworkDirectory;
using Tunic.Tor.Network.NetworkDirectory;
using Tunic.Tor.Protocol.Documents.Consensuses;

namespace Tunic.Tests.Tor.Client.NetworkDirectory;

public sealed class ClientMicrodescriptorsTests
{
    private readonly DirectoryFixture _fixture = new();
    private readonly Consensus _consensus = StockNetwork.ReadConsensus("consensus-microdesc-1");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task All_that_the_consensus_names_are_fetched_and_kept()
    {
        ClientMicrodescriptors client = Create();

        Assert.Equal(0, await client.UpdateAsync(_consensus, Cancel));

        ClientMicrodescriptors next = Create();
        await next.LoadAsync(Cancel);
        Assert.Equal(0, await next.UpdateAsync(_consensus, Cancel));
        Assert.Single(_fixture.Fetcher.Requests);
        Assert.All(_consensus.Relays, relay => Assert.Contains(relay.MicrodescriptorDigest, next.Known.Keys));
    }

    [Fact]
    public async Task A_directory_that_lacked_some_is_not_asked_for_the_rest()
    {
        ClientMicrodescriptors client = Create();
        RsaIdentity first = _fixture.Directories[0].RelayIdentity;
        _fixture.Fetcher.Alter = (_, response) => _fixture.Fetcher.Replies.Count == 0 ? WithoutLast(response) : response;

        Assert.Equal(1, await client.UpdateAsync(_consensus, Cancel));
        Assert.Equal(0, await client.UpdateAsync(_consensus, Cancel));

        Assert.Equal([first, _fixture.Directories[1].RelayIdentity], _fixture.Fetcher.Replies.Select(reply => reply.Directory));
    }

    [Fact]
    public async Task A_new_consensus_gives_each_directory_another_chance()
    {
        ClientMicrodescriptors client = Create();
        _fixture.Fetcher.Alter = (_, response) => _fixture.Fetcher.Replies.Count == 0 ? WithoutLast(response) : response;
        await client.UpdateAsync(_consensus, Cancel);

        client.OnConsensus(_consensus, before: null);
        await client.UpdateAsync(_consensus, Cancel);

        Assert.Equal(_fixture.Fetcher.Replies[0].Directory, _fixture.Fetcher.Replies[1].Directory);
    }

    [Fact]
    public async Task What_was_not_asked_for_is_not_kept()
    {
        ClientMicrodescriptors client = Create();
        byte[] strange = Encoding.ASCII.GetBytes(Encoding.ASCII.GetString(StockNetwork.Read("microdescriptors")).Replace("\np ", "\np accept 1\np ", StringComparison.Ordinal));
        _fixture.Fetcher.Alter = (_, response) => response with { Body = strange };

        Assert.True(await client.UpdateAsync(_consensus, Cancel) > 0);

        Assert.Subset(_consensus.Relays.Select(relay => relay.MicrodescriptorDigest).ToHashSet(), client.Known.Keys.ToHashSet());
    }

    [Fact]
    public async Task A_relay_without_one_is_not_asked_for()
    {
        Consensus without = _consensus with { Relays = [.. _consensus.Relays.Select(relay => relay with { MicrodescriptorDigest = default })] };

        Assert.Equal(0, await Create().UpdateAsync(without, Cancel));

        Assert.Empty(_fixture.Fetcher.Requests);
    }

    private static DirectoryResponse WithoutLast(DirectoryResponse response)
    {
        int last = response.Body.Span.LastIndexOf("\nonion-key"u8) + 1;
        return response with { Body = response.Body[..last] };
    }

    private ClientMicrodescriptors Create() => new(_fixture.Cache, _fixture.Fetcher);
}
