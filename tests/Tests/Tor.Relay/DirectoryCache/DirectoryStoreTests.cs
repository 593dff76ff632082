using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Tunic.Primitives.Keys;
using Tunic.Primitives.Storage;
using Tunic.Tests.Tor.Protocol.Documents;
using Tunic.Tests.Tor.Protocol.Voting;
using Tunic.Tor.Protocol.Documents.Consensuses;
using Tunic.Tor.Relay.DirectoryCache;

namespace Tunic.Tests.TorRelay.DirectoryCache;

public class DirectoryStoreTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void An_older_consensus_does_not_replace_a_newer_one()
    {
        DirectoryStore store = StockStore.Create("2");
        Assert.False(store.PutConsensus(StockNetwork.ReadConsensus("consensus-1"), StockNetwork.Read("consensus-1")));
        Assert.Equal(StockNetwork.Read("consensus-2"), store.Current.UnflavoredConsensus!.Text.Text.ToArray());
    }

    [Theory]
    [InlineData("consensus", ConsensusFlavor.Unflavored)]
    [InlineData("consensus-microdesc", ConsensusFlavor.Microdescriptor)]
    public void The_difference_from_the_last_consensus_is_made(string name, ConsensusFlavor flavor)
    {
        DirectoryStore store = StockStore.Create("1");
        StockStore.PutConsensuses(store, "2");

        ServedText? diff = store.Current.ConsensusOf(flavor)!.FindDiff(StockNetwork.ReadConsensus($"{name}-1").SignedSha3);

        Assert.Equal(StockNetwork.ReadText($"{name}-diff"), Encoding.UTF8.GetString(diff!.Text.Span));
        Assert.Null(store.Current.ConsensusOf(flavor)!.FindDiff(default));
    }

    [Fact]
    public void No_more_bases_are_kept_than_allowed()
    {
        DirectoryStore store = StockStore.Create("1", new DirectoryStoreOptions { DiffBases = 0 });
        StockStore.PutConsensuses(store, "2");
        Assert.Null(store.Current.UnflavoredConsensus!.FindDiff(StockNetwork.ReadConsensus("consensus-1").SignedSha3));
    }

    [Fact]
    public void Descriptors_that_a_consensus_lists_are_kept_beyond_the_limit()
    {
        DirectoryStore store = StockStore.Create("1", new DirectoryStoreOptions { MaxDescriptors = 1 });
        Assert.All(StockNetwork.ReadConsensus("consensus-1").Relays, relay => Assert.Contains(relay.DescriptorDigest, store.Current.Descriptors.Keys));
    }

    [Fact]
    public void One_relay_keeps_no_more_than_two_descriptors_beside_its_newest()
    {
        var store = new DirectoryStore(new DirectoryStoreOptions());
        var relay = new MadeRelay(1);
        for (int minute = 0; minute < 10; minute++)
        {
            store.AddDescriptors([relay.Make(StockNetwork.Now.AddMinutes(minute % 2 == 0 ? minute : -minute))]);
        }

        Assert.Equal([8, 6, 4], store.Current.Descriptors.Values.Select(Minute).OrderDescending());
        Assert.Equal(8, Minute(store.Current.NewestDescriptors[relay.Identity]));

        static int Minute(CachedDescriptor descriptor) => (int)(descriptor.Published - StockNetwork.Now).TotalMinutes;
    }

    [Fact]
    public void Beyond_the_limit_replaced_descriptors_give_way_and_no_further_relays_are_taken()
    {
        var store = new DirectoryStore(new DirectoryStoreOptions { MaxDescriptors = 3 });
        MadeRelay[] relays = [.. Enumerable.Range(1, 4).Select(number => new MadeRelay(number))];
        store.AddDescriptors([relays[0].Make(StockNetwork.Now), relays[0].Make(StockNetwork.Now.AddMinutes(1)), relays[0].Make(StockNetwork.Now.AddMinutes(2))]);
        Assert.Equal(3, store.Current.Descriptors.Count);

        store.AddDescriptors([relays[1].Make(StockNetwork.Now.AddDays(-1)), relays[2].Make(StockNetwork.Now), relays[3].Make(StockNetwork.Now.AddHours(1))]);

        Assert.Equal(relays[..3].Select(relay => relay.Identity).Order(), store.Current.NewestDescriptors.Keys.Order());
        Assert.Equal(3, store.Current.Descriptors.Count);
    }

    [Fact]
    public void Age_removes_descriptors_and_microdescriptors()
    {
        DirectoryStore store = StockStore.Create();
        store.RemoveOld(StockNetwork.Now.AddHours(47));
        Assert.NotEmpty(store.Current.Descriptors);
        Assert.NotEmpty(store.Current.Microdescriptors);
        store.RemoveOld(StockNetwork.Now.AddHours(49));
        Assert.Empty(store.Current.Descriptors);
        Assert.Empty(store.Current.NewestDescriptors);
        store.RemoveOld(StockNetwork.Now.AddDays(8));
        Assert.Empty(store.Current.Microdescriptors);
        Assert.Empty(store.Current.ExtraInfos);
    }

    [Fact]
    public void A_relay_can_be_forgotten()
    {
        DirectoryStore store = StockStore.Create();
        RsaIdentity relay = StockNetwork.ReadOwnDescriptor().Identity;
        store.RemoveRelay(relay);
        Assert.DoesNotContain(relay, store.Current.NewestDescriptors.Keys);
        Assert.DoesNotContain(store.Current.Descriptors.Values, descriptor => descriptor.Identity == relay);
        Assert.DoesNotContain(store.Current.ExtraInfos.Values, extraInfo => extraInfo.Identity == relay);
    }

    [Fact]
    public async Task What_is_saved_is_there_after_a_restart()
    {
        var disk = new MemoryStateStore();
        DirectoryStore store = StockStore.Create();
        await new DirectoryFiles(disk, NullLogger.Instance).SaveAsync(store.Current, Cancel);
        var restarted = new DirectoryStore(new DirectoryStoreOptions());

        IReadOnlyList<Consensus> consensuses = await new DirectoryFiles(disk, NullLogger.Instance)
            .LoadAsync(restarted, StockNetwork.Authorities, StockNetwork.Now, Cancel);

        Assert.Equal(2, consensuses.Count);
        Assert.Equal(
            ["cached-certs", "cached-consensus", "cached-descriptors", "cached-extrainfo", "cached-microdesc-consensus", "cached-microdescs"],
            (await disk.ListAsync("", Cancel)).Order());
        Assert.Equal(store.Current.Microdescriptors.Keys.Order(), restarted.Current.Microdescriptors.Keys.Order());
        Assert.All(restarted.Current.Microdescriptors, entry => Assert.Equal(store.Current.MicrodescriptorConsensus!.ValidAfter, entry.Value.LastListed));
        Assert.Equal(store.Current.Descriptors.Keys.Order(), restarted.Current.Descriptors.Keys.Order());
        Assert.Equal(store.Current.ExtraInfos.Keys.Order(), restarted.Current.ExtraInfos.Keys.Order());
        Assert.Equal(store.Current.Certificates.Count, restarted.Current.Certificates.Count);
    }

    [Fact]
    public async Task A_cached_consensus_that_is_unsigned_or_old_is_not_used()
    {
        var disk = new MemoryStateStore();
        await new DirectoryFiles(disk, NullLogger.Instance).SaveAsync(StockStore.Create().Current, Cancel);
        var restarted = new DirectoryStore(new DirectoryStoreOptions());
        var files = new DirectoryFiles(disk, NullLogger.Instance);

        Assert.Empty(await files.LoadAsync(restarted, StockNetwork.Authorities, StockNetwork.Now.AddDays(2), Cancel));
        Assert.Empty(await files.LoadAsync(restarted, [default, .. Enumerable.Range(1, 9).Select(Identity)], StockNetwork.Now, Cancel));
        Assert.Null(restarted.Current.UnflavoredConsensus);
    }

    [Theory]
    [InlineData("cached-consensus", "Running")]
    [InlineData("cached-consensus", "nt-version 3")]
    [InlineData("cached-microdesc-consensus", "\nm ")]
    [InlineData("cached-certs", "dir-key-published")]
    [InlineData("cached-microdescs", "ntor-onion-key")]
    [InlineData("cached-descriptors", "router-signature")]
    [InlineData("cached-extrainfo", "published")]
    public async Task A_file_that_was_altered_is_named_and_left(string name, string altered)
    {
        var disk = new MemoryStateStore();
        await new DirectoryFiles(disk, NullLogger.Instance).SaveAsync(StockStore.Create().Current, Cancel);
        byte[] text = (await disk.ReadAsync(name, Cancel))!;
        text[text.AsSpan().IndexOf(System.Text.Encoding.ASCII.GetBytes(altered)) + 1] = (byte)'X';
        await disk.WriteAsync(name, text, Cancel);

        CorruptStateException failure = await Assert.ThrowsAsync<CorruptStateException>(() => new DirectoryFiles(disk, NullLogger.Instance)
            .LoadAsync(new DirectoryStore(new DirectoryStoreOptions()), StockNetwork.Authorities, StockNetwork.Now, Cancel));

        Assert.StartsWith($"{name} cannot be used: ", failure.Message, StringComparison.Ordinal);
        Assert.Equal(text, await disk.ReadAsync(name, Cancel));
    }

    private static RsaIdentity Identity(int number)
    {
        var bytes = new byte[RsaIdentity.Length];
        bytes[0] = (byte)number;
        return new RsaIdentity(bytes);
    }
}
