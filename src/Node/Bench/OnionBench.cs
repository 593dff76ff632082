namespace Tunic.Node.Bench;

/// <summary><c>tunic bench onion</c>: onion services of this program and of stock tor, in one run, taking turns.</summary>
internal static class OnionBench
{
    /// <summary>Runs all rounds.</summary>
    /// <param name="options">How long and how often.</param>
    /// <param name="self">This program's executable.</param>
    /// <param name="progress">Told what is happening.</param>
    /// <param name="cancel">Ends the run; all processes are ended.</param>
    internal static async Task<BenchReport> RunAsync(OnionBenchOptions options, string self, Action<string> progress, CancellationToken cancel)
    {
        await using var server = new BenchServer();
        return await BenchRun.InterleaveAsync(
            BenchSubject.Choose(self, options.Only),
            options.Rounds,
            subject => OnionBenchNetwork.StartAsync(subject, cancel),
            (network, round) => new OnionBenchRound(network, options, server.Port, round).RunAsync(cancel),
            progress);
    }
}
