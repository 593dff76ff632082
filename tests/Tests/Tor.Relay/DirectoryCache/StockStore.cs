using Tunic.Tests.Tor.Protocol.Documents;
using Tunic.Tor.Protocol.Documents.Consensuses;
using Tunic.Tor.Protocol.Documents.Descriptors;
using Tunic.Tor.Protocol.Documents.Microdescriptors;
using Tunic.Tor.Relay.DirectoryCache;

namespace Tunic.Tests.TorRelay.DirectoryCache;

/// <summary>A store with the documents of the captured stock network.</summary>
internal static class StockStore
{
    public static DirectoryStore Create(string number = "1", DirectoryStoreOptions? options = null)
    {
        var store = new DirectoryStore(options ?? new DirectoryStoreOptions());
        PutConsensuses(store, number);
        store.AddCertificates(StockNetwork.Certificates);
        store.AddDescriptors(StockNetwork.ReadDescriptors());
        store.AddExtraInfos(DescriptorSplitter.SplitExtraInfos(StockNetwork.Read("extra-infos")).Select(StockNetwork.ParseExtraInfo));
        store.AddMicrodescriptors(
            new MicrodescriptorParser().ParseList(StockNetwork.Read("microdescriptors")), store.Current.MicrodescriptorConsensus!.ValidAfter);
        return store;
    }

    public static void PutConsensuses(DirectoryStore store, string number)
    {
        foreach (string name in new[] { $"consensus-{number}", $"consensus-microdesc-{number}" })
        {
            Consensus consensus = StockNetwork.ReadConsensus(name);
            Assert.True(store.PutConsensus(consensus, StockNetwork.Read(name)));
        }
    }
}
