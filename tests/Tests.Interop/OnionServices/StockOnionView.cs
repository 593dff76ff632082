using System.Text;
using Tunic.Primitives.Keys;
using Tunic.Tests.Interop.Support;
using Tunic.Tor.Protocol.Documents;
using Tunic.Tor.Protocol.Documents.Consensuses;
using Tunic.Tor.Protocol.Documents.Microdescriptors;
using Tunic.Tor.Protocol.OnionServices.Directories;
using Tunic.Tor.Protocol.Paths;

namespace Tunic.Tests.Interop.OnionServices;

/// <summary>What our code makes of the consensus that a stock client has.</summary>
internal static class StockOnionView
{
    public static async Task<DescriptorDirectories> ReadAsync(TorControl control)
    {
        string consensusText = await control.GetInfoAsync("dir/status-vote/current/consensus-microdesc") + "\n";
        Assert.True(Consensus.TryParse(Encoding.UTF8.GetBytes(consensusText), out Consensus? consensus, out DocumentFault? fault), fault?.Reason);
        byte[] microdescriptors = Encoding.UTF8.GetBytes(await control.GetInfoAsync("md/all") + "\n");
        Dictionary<Digest256, Microdescriptor> known = new MicrodescriptorParser().ParseList(microdescriptors)
            .Select(entry => entry.Microdescriptor!)
            .ToDictionary(microdescriptor => microdescriptor.Digest);
        return new DescriptorDirectories(new NetworkView(consensus, known), isTestNetwork: true);
    }
}
