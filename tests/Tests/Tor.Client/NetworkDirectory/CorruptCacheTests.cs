using System.Text;
using Tunic.Primitives.Storage;
using Tunic.Tests.Tor.Protocol.Documents;
using Tunic.Tor.Client.NetworkDirectory;

namespace Tunic.Tests.Tor.Client.NetworkDirectory;

/// <summary>What makes no sense ends the start with a sentence that names it, and stays as it is. What is merely old does not.</summary>
public sealed class CorruptCacheTests
{
    private const string Consensus = "cached-microdesc-consensus";
    private const string Certificates = "cached-certs";
    private const string Microdescriptors = "cached-microdescs";

    private readonly DirectoryFixture _fixture = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(Consensus, "garbage")]
    [InlineData(Consensus, "empty")]
    [InlineData(Consensus, "half")]
    [InlineData(Consensus, "changed")]
    [InlineData(Consensus, "other flavour")]
    [InlineData(Certificates, "garbage")]
    [InlineData(Certificates, "half")]
    [InlineData(Certificates, "changed")]
    [InlineData(Microdescriptors, "garbage")]
    [InlineData(Microdescriptors, "half")]
    public async Task A_file_that_makes_no_sense_is_named_and_left(string file, string damage)
    {
        await FillAsync();
        byte[] good = (await _fixture.Files.ReadAsync(file, Cancel))!;
        byte[] bad = damage switch
        {
            "garbage" => Encoding.ASCII.GetBytes("this was a file once\n"),
            "empty" => [],
            "half" => good[..(good.Length * 2 / 5)],
            "other flavour" => StockNetwork.Read("consensus-1"),
            _ => Change(good),
        };
        await _fixture.Files.WriteAsync(file, bad, Cancel);

        CorruptStateException failure = await Assert.ThrowsAsync<CorruptStateException>(LoadAsync);

        Assert.StartsWith($"{file} cannot be used: ", failure.Message, StringComparison.Ordinal);
        Assert.EndsWith(". Remove it to have it fetched again; nothing was overwritten.", failure.Message, StringComparison.Ordinal);
        Assert.Equal(bad, await _fixture.Files.ReadAsync(file, Cancel));
    }

    [Fact]
    public async Task An_expired_consensus_is_no_fault()
    {
        await FillAsync();
        _fixture.Time.Advance(TimeSpan.FromDays(3));

        await LoadAsync();

        Assert.Empty(_fixture.Log.Warnings);
    }

    [Fact]
    public async Task A_whole_cache_and_none_are_no_fault()
    {
        await LoadAsync();
        await FillAsync();
        await LoadAsync();

        Assert.Empty(_fixture.Log.Warnings);
    }

    /// <summary>As after a change of the DirAuthority lines: it is good, but not for us.</summary>
    [Fact]
    public async Task A_consensus_of_other_authorities_is_no_fault_and_not_used()
    {
        await FillAsync();
        await _fixture.Files.DeleteAsync(Certificates, Cancel);

        ClientConsensus consensus = _fixture.CreateConsensus();
        await consensus.LoadAsync(Cancel);

        Assert.Null(consensus.Current);
        Assert.Contains("not enough of the network's authorities", Assert.Single(_fixture.Log.Warnings), StringComparison.Ordinal);
    }

    /// <summary>One letter inside, where lines still read well.</summary>
    private static byte[] Change(byte[] text)
    {
        byte[] changed = [.. text];
        int index = changed.AsSpan().IndexOf("\nm "u8);
        index = index < 0 ? changed.AsSpan().IndexOf("\ndir-identity-key"u8) + 200 : index + 10;
        changed[index] = changed[index] == 'A' ? (byte)'B' : (byte)'A';
        return changed;
    }

    private async Task FillAsync()
    {
        ClientConsensus consensus = _fixture.CreateConsensus();
        await consensus.UpdateAsync(Cancel);
        await new ClientMicrodescriptors(_fixture.Cache, _fixture.Fetcher).UpdateAsync(consensus.Current!, Cancel);
    }

    private async Task LoadAsync()
    {
        await new ClientMicrodescriptors(_fixture.Cache, _fixture.Fetcher).LoadAsync(Cancel);
        await _fixture.CreateConsensus().LoadAsync(Cancel);
    }
}
