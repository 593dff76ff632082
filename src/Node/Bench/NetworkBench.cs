namespace Tunic.Node.Bench;

/// <summary><c>tunic bench network</c>: circuits of three hops through this program and through stock tor, in one run, taking turns.</summary>
internal static class NetworkBench
{
    /// <summary>Runs all rounds.</summary>
    /// <param name="options">How long and how often.</param>
    /// <param name="self">This program's executable.</param>
    /// <param name="progress">Told what is happening.</param>
    /// <param name="cancel">Ends the run; all processes are ended.</param>
    internal static async Task<BenchReport> RunAsync(BenchOptions options, string self, Action<string> progress, CancellationToken cancel)
    {
        await using var server = new BenchServer();
        return await BenchRun.InterleaveAsync(
            BenchSubject.Choose(self, options.Only),
            options.Rounds,
            subject => BenchNetwork.StartAsync(subject, server.Port, cancel),
            async (network, round) =>
            {
                TimeSpan bootstrap = await network.RestartClientAsync(server.Port, cancel);
                var figures = new Dictionary<string, double> { ["bootstrap to first byte, s"] = bootstrap.TotalSeconds };
                await new BenchRound(network, options, server.Port, round, figures).RunAsync(cancel);
                return figures;
            },
            progress);
    }
}
