using System.Globalization;
using Tunic.Tests.Interop.Support;
using Tunic.Tests.TorRelay.Support;

namespace Tunic.Tests.Interop.Malformed;

/// <summary>Each case is served to a new stock client and to a new one of ours, by a directory of their own.</summary>
public sealed class MalformedConsensusTests
{
    /// <summary>Cases at a time, two processes each: most of their time they wait.</summary>
    private const int AtOnce = 8;

    [Fact]
    public async Task A_consensus_is_used_or_refused_as_by_a_stock_client()
    {
        using var signers = new ConsensusSigners();
        await using LoopbackRelay relay = LoopbackRelay.Start();
        using var directory = new TestDirectory("consensuses");
        await using StockTorNetwork stock = await StockTorNetwork.StartAsync(new StockTorOptions { Authorities = 0, Relays = 0, Exits = 0, Clients = 0 });
        IReadOnlyList<MalformedConsensus> cases = ConsensusCases.All;
        var answers = new (string Stock, string Ours)[cases.Count];
        await Parallel.ForAsync(0, cases.Count, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (index, _) =>
        {
            Task<string> atStock = TellStockAsync(stock, relay, signers, cases[index]);
            Task<string> atOurs = TellOursAsync(directory.Make(index.ToString(CultureInfo.InvariantCulture)), relay, signers, cases[index]);
            answers[index] = (await atStock, await atOurs);
        });

        var differences = new Differences();
        foreach ((MalformedConsensus each, (string Stock, string Ours) answer) in cases.Zip(answers))
        {
            differences.Add(each, answer.Stock, answer.Ours);
        }

        differences.AssertNone();
    }

    private static async Task<string> TellStockAsync(StockTorNetwork network, LoopbackRelay relay, ConsensusSigners signers, MalformedConsensus served)
    {
        await using var directory = new ConsensusDirectory(relay, signers, served);
        StockTorNode client;
        lock (network)
        {
            client = network.Add(StockTorRole.Client, directory.TorrcLines);
        }

        string answer = await directory.TellAsync(client.Process);
        await client.Process.KillAsync();
        return answer;
    }

    private static async Task<string> TellOursAsync(string path, LoopbackRelay relay, ConsensusSigners signers, MalformedConsensus served)
    {
        await using var directory = new ConsensusDirectory(relay, signers, served);
        await using PeerProcess client = TunicProgram.StartTor(path, ["TestingTorNetwork 1", "SocksPort 0", .. directory.TorrcLines]);
        return await directory.TellAsync(client);
    }
}
