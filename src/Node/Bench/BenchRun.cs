using System.Globalization;

namespace Tunic.Node.Bench;

/// <summary>Starts a network for each subject, then measures them in turn, so that what disturbs the machine disturbs all of them.</summary>
internal static class BenchRun
{
    /// <summary>Runs all rounds.</summary>
    /// <param name="subjects">In the order of the table.</param>
    /// <param name="rounds">How often each is measured.</param>
    /// <param name="start">Starts the network of a subject.</param>
    /// <param name="measure">Measures a network once; the number of the round, from 1 on.</param>
    /// <param name="progress">Told what is happening.</param>
    internal static async Task<BenchReport> InterleaveAsync<TNetwork>(
        IReadOnlyList<BenchSubject> subjects,
        int rounds,
        Func<BenchSubject, Task<TNetwork>> start,
        Func<TNetwork, int, Task<IReadOnlyDictionary<string, double>>> measure,
        Action<string> progress)
        where TNetwork : class, IBenchNetwork
    {
        var report = new BenchReport([.. subjects.Select(subject => subject.Name)]);
        var networks = new List<TNetwork>();
        try
        {
            foreach (BenchSubject subject in subjects)
            {
                progress($"starting the network of {subject.Name}");
                networks.Add(await start(subject));
            }

            for (int round = 1; round <= rounds; round++)
            {
                for (int i = 0; i < networks.Count; i++)
                {
                    progress(string.Create(CultureInfo.InvariantCulture, $"round {round} of {rounds}: {subjects[i].Name}"));
                    report.Add(i, await MeasureAsync(subjects[i].Name, networks[i], round));
                }
            }
        }
        finally
        {
            foreach (TNetwork network in networks)
            {
                await network.DisposeAsync();
            }
        }

        return report;

        async Task<IReadOnlyDictionary<string, double>> MeasureAsync(string name, TNetwork network, int round)
        {
            try
            {
                return await measure(network, round);
            }
            catch (IOException failure)
            {
                throw new IOException($"{name}, round {round}: {failure.Message}\n{network.LastLines}", failure);
            }
        }
    }
}
