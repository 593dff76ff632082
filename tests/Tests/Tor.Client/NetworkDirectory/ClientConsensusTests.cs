using System.Text;
using Tunic.Tests.Tor.Protocol.Documents;
using Tunic.Tests.TorRelay.DirectoryCache;
using Tunic.Tor.Client.NetworkDirectory;
using Tunic.Tor.Network.NetworkDirectory;
using Tunic.Tor.Protocol.Documents.Consensuses;
using Tunic.Tor.Protocol.Documents.Diffs;

namespace Tunic.Tests.Tor.Client.NetworkDirectory;

/// <summary>The client and our own directory server, in memory, with what stock tor's authorities signed.</summary>
public sealed class ClientConsensusTests
{
    private const string CacheName = "cached-microdesc-consensus";

    private readonly DirectoryFixture _fixture = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static Consensus First => StockNetwork.ReadConsensus("consensus-microdesc-1");

    private static Consensus Second => StockNetwork.ReadConsensus("consensus-microdesc-2");

    private DirectoryRequest[] ConsensusRequests =>
        [.. _fixture.Fetcher.Requests.Where(request => request.Path.Contains("consensus-microdesc", StringComparison.Ordinal))];

    [Fact]
    public async Task The_first_consensus_comes_whole()
    {
        ClientConsensus client = _fixture.CreateConsensus();

        await client.UpdateAsync(Cancel);

        Assert.Equal(First.ValidAfter, client.Current?.ValidAfter);
        Assert.Empty(Assert.Single(ConsensusRequests).DiffFrom);
        Assert.Null(ConsensusRequests[0].IfModifiedSince);
        Assert.Equal(StockNetwork.Read("consensus-microdesc-1"), await _fixture.Files.ReadAsync(CacheName, Cancel));
    }

    [Fact]
    public async Task The_next_one_comes_as_a_difference_from_it()
    {
        ClientConsensus client = await WithFirstAsync();

        await client.UpdateAsync(Cancel);

        DirectoryRequest request = Assert.Single(ConsensusRequests);
        Assert.Equal([First.SignedSha3.ToString()], request.DiffFrom);
        Assert.Equal(First.ValidAfter.AddSeconds(5), request.IfModifiedSince); // half an interval of ten seconds
        Assert.Equal(StockNetwork.Read("consensus-microdesc-diff"), Assert.Single(_fixture.Fetcher.Replies).Response.Body.ToArray());
        Assert.Equal(Second.ValidAfter, client.Current?.ValidAfter);
        Assert.Equal(StockNetwork.Read("consensus-microdesc-2"), await _fixture.Files.ReadAsync(CacheName, Cancel));
    }

    [Fact]
    public async Task A_directory_without_the_difference_serves_the_whole()
    {
        ClientConsensus client = await WithFirstAsync();
        _fixture.Fetcher.Alter = (request, response) => response with { Body = StockNetwork.Read("consensus-microdesc-2") };

        await client.UpdateAsync(Cancel);

        Assert.Single(ConsensusRequests);
        Assert.Equal(Second.ValidAfter, client.Current?.ValidAfter);
    }

    [Theory]
    [InlineData("network-status-diff-version 1\nhash x y\n")]
    [InlineData("network-status-diff-version 1\n")]
    [InlineData("network-status-diff-version 1")]
    [InlineData("other base")]
    public async Task A_difference_that_does_not_apply_is_followed_by_the_whole_from_another_directory(string answer)
    {
        ClientConsensus client = await WithFirstAsync();
        byte[] body = answer == "other base"
            ? Encoding.UTF8.GetBytes(StockNetwork.ReadText("consensus-microdesc-diff").Replace(First.SignedSha3.ToString(), new string('A', 64), StringComparison.Ordinal))
            : Encoding.UTF8.GetBytes(answer);
        _fixture.Fetcher.Alter = (request, response) => request.DiffFrom.Count > 0 ? response with { Body = body } : response;

        await client.UpdateAsync(Cancel);

        Assert.Equal([1, 0], ConsensusRequests.Select(request => request.DiffFrom.Count));
        Assert.NotEqual(_fixture.Fetcher.Replies[0].Directory, _fixture.Fetcher.Replies[1].Directory);
        Assert.Equal(Second.ValidAfter, client.Current?.ValidAfter);
        Assert.Equal(StockNetwork.Read("consensus-microdesc-2"), await _fixture.Files.ReadAsync(CacheName, Cancel));
        Assert.Empty(_fixture.Log.Warnings);
    }

    [Fact]
    public async Task A_base_that_has_left_the_cache_is_followed_by_the_whole()
    {
        ClientConsensus client = await WithFirstAsync();
        await _fixture.Files.DeleteAsync(CacheName, Cancel);

        await client.UpdateAsync(Cancel);

        Assert.Equal([1, 0], ConsensusRequests.Select(request => request.DiffFrom.Count));
        Assert.Equal(Second.ValidAfter, client.Current?.ValidAfter);
    }

    [Fact]
    public async Task A_difference_nobody_asked_for_is_not_applied()
    {
        ClientConsensus client = _fixture.CreateConsensus();
        int answers = 0;
        _fixture.Fetcher.Alter = (request, response) =>
            answers++ == 0 ? response with { Body = StockNetwork.Read("consensus-microdesc-diff") } : response;

        await client.UpdateAsync(Cancel);

        Assert.Equal(First.ValidAfter, client.Current?.ValidAfter);
        Assert.NotEqual(_fixture.Fetcher.Replies[0].Directory, _fixture.Fetcher.Replies[1].Directory);
    }

    [Fact]
    public async Task Differences_and_nothing_else_leave_the_present_one()
    {
        ClientConsensus client = await WithFirstAsync();
        _fixture.Fetcher.Alter = (request, response) => response with { Body = "network-status-diff-version 1\nhash\n"u8.ToArray() };

        await Assert.ThrowsAsync<DirectoryException>(() => client.UpdateAsync(Cancel));

        Assert.Equal(2, ConsensusRequests.Length);
        Assert.Equal(First.ValidAfter, client.Current?.ValidAfter);
        Assert.Equal(StockNetwork.Read("consensus-microdesc-1"), await _fixture.Files.ReadAsync(CacheName, Cancel));
    }

    /// <summary>The hashes in a difference are the directory's own, so they prove nothing.</summary>
    [Fact]
    public async Task What_a_difference_makes_must_be_signed_like_any_other()
    {
        ClientConsensus client = await WithFirstAsync();
        byte[] forged = Encoding.UTF8.GetBytes(
            StockNetwork.ReadText("consensus-microdesc-2").Replace("2026-11-21 10:08:30", "2026-11-21 10:08:31", StringComparison.Ordinal));
        Assert.True(ConsensusDiff.TryGenerate(StockNetwork.Read("consensus-microdesc-1"), forged, out byte[]? diff));
        _fixture.Fetcher.Alter = (request, response) => request.DiffFrom.Count > 0 ? response with { Body = diff } : response;

        DirectoryException refusal = await Assert.ThrowsAsync<DirectoryException>(() => client.UpdateAsync(Cancel));

        Assert.Contains("0 good signatures", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(First.ValidAfter, client.Current?.ValidAfter);
        Assert.Equal(StockNetwork.Read("consensus-microdesc-1"), await _fixture.Files.ReadAsync(CacheName, Cancel));
    }

    [Fact]
    public async Task A_base_older_than_three_days_is_not_named()
    {
        ClientConsensus client = await WithFirstAsync();
        _fixture.Time.Advance(TimeSpan.FromHours(72) + TimeSpan.FromSeconds(1));

        await Assert.ThrowsAsync<DirectoryException>(() => client.UpdateAsync(Cancel)); // directories do not serve one that old

        Assert.Empty(Assert.Single(ConsensusRequests).DiffFrom);
    }

    [Fact]
    public async Task A_directory_with_nothing_newer_is_left()
    {
        ClientConsensus client = _fixture.CreateConsensus();
        await client.UpdateAsync(Cancel);

        DirectoryException refusal = await Assert.ThrowsAsync<DirectoryException>(() => client.UpdateAsync(Cancel));

        Assert.Equal("a directory has no newer consensus yet", refusal.Message);
        Assert.Equal(304, _fixture.Fetcher.Replies[^1].Response.Status);
    }

    /// <summary>A client that has the first consensus from its cache, and directories that have the second.</summary>
    private async Task<ClientConsensus> WithFirstAsync()
    {
        await _fixture.CreateConsensus().UpdateAsync(Cancel);
        ClientConsensus client = _fixture.CreateConsensus();
        await client.LoadAsync(Cancel);
        Assert.Equal(First.ValidAfter, client.Current?.ValidAfter);
        StockStore.PutConsensuses(_fixture.Served, "2");
        _fixture.Fetcher.Requests.Clear();
        _fixture.Fetcher.Replies.Clear();
        return client;
    }
}
