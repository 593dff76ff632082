using System.Globalization;
using Tunic.Tests.Interop.Support;

namespace Tunic.Tests.Interop.Malformed;

/// <summary>Plays cases to clients that know nothing yet: a stock one and one of ours for each case.</summary>
internal static class NewClients
{
    /// <summary>Cases at a time, two processes each: most of their time they wait.</summary>
    private const int AtOnce = 8;

    internal static async Task CompareAsync<TCase>(IReadOnlyList<TCase> cases, Func<TCase, IOnlyDirectory> open)
        where TCase : MalformedCase
    {
        using var directory = new TestDirectory("clients");
        await using StockTorNetwork network = await StockTorNetwork.StartAsync(new StockTorOptions { Authorities = 0, Relays = 0, Exits = 0, Clients = 0 });
        var answers = new (string Stock, string Ours)[cases.Count];
        await Parallel.ForAsync(0, cases.Count, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (index, _) =>
        {
            Task<string> stock = TellStockAsync(network, open(cases[index]));
            Task<string> ours = TellOursAsync(directory.Make(index.ToString(CultureInfo.InvariantCulture)), open(cases[index]));
            answers[index] = (await stock, await ours);
        });

        var differences = new Differences();
        foreach ((TCase each, (string Stock, string Ours) answer) in cases.Zip(answers))
        {
            differences.Add(each, answer.Stock, answer.Ours);
        }

        differences.AssertNone();
    }

    private static async Task<string> TellStockAsync(StockTorNetwork network, IOnlyDirectory opened)
    {
        await using IOnlyDirectory directory = opened;
        StockTorNode client;
        lock (network)
        {
            client = network.Add(StockTorRole.Client, directory.TorrcLines);
        }

        string answer = await directory.TellAsync(client.Process);
        await client.Process.KillAsync();
        return answer;
    }

    private static async Task<string> TellOursAsync(string path, IOnlyDirectory opened)
    {
        await using IOnlyDirectory directory = opened;
        await using PeerProcess client = TunicProgram.StartTor(path, ["TestingTorNetwork 1", "SocksPort 0", .. directory.TorrcLines]);
        return await directory.TellAsync(client);
    }
}
