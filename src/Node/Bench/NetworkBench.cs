using System.Globalization;

namespace Tunic.Node.Bench;

/// <summary><c>tunic bench network</c>: this program beside stock tor, in one run, taking turns.</summary>
internal static class NetworkBench
{
    /// <summary>The names that <see cref="BenchOptions.Only"/> takes.</summary>
    internal static IReadOnlyList<string> Keys => ["vanilla", "default", "tunic"];

    /// <summary>Runs all rounds.</summary>
    /// <param name="options">How long and how often.</param>
    /// <param name="self">This program's executable.</param>
    /// <param name="progress">Told what is happening.</param>
    /// <param name="cancel">Ends the run; all processes are ended.</param>
    internal static async Task<BenchReport> RunAsync(BenchOptions options, string self, Action<string> progress, CancellationToken cancel)
    {
        (string Key, string Name, string[] Program, string[] Extra)[] subjects =
        [
            ("vanilla", "tor Vanilla", ["tor"], ["Schedulers Vanilla"]),
            ("default", "tor default", ["tor"], []),
            ("tunic", "tunic", [self, "tor"], []),
        ];
        subjects = options.Only is null ? subjects : [.. subjects.Where(subject => subject.Key == options.Only)];
        var report = new BenchReport([.. subjects.Select(subject => subject.Name)]);
        await using var server = new BenchServer();
        var networks = new List<BenchNetwork>();
        try
        {
            foreach ((_, string name, string[] program, string[] extra) in subjects)
            {
                progress($"starting the network of {name}");
                networks.Add(await BenchNetwork.StartAsync(name, program, extra, server.Port, cancel));
            }

            for (int round = 1; round <= options.Rounds; round++)
            {
                for (int i = 0; i < networks.Count; i++)
                {
                    progress(string.Create(CultureInfo.InvariantCulture, $"round {round} of {options.Rounds}: {networks[i].Name}"));
                    TimeSpan bootstrap = await networks[i].RestartClientAsync(server.Port, cancel);
                    report.Add(i, new Dictionary<string, double> { ["bootstrap to first byte, s"] = bootstrap.TotalSeconds });
                    report.Add(i, await MeasureAsync(networks[i], server.Port, round));
                }
            }
        }
        finally
        {
            foreach (BenchNetwork network in networks)
            {
                await network.DisposeAsync();
            }
        }

        return report;

        async Task<IReadOnlyDictionary<string, double>> MeasureAsync(BenchNetwork network, int port, int round)
        {
            try
            {
                return await new BenchRound(network, options, port, round).RunAsync(cancel);
            }
            catch (IOException failure)
            {
                throw new IOException($"{network.Name}, round {round}: {failure.Message}\n{network.Client.LastLines}", failure);
            }
        }
    }
}
