namespace Tunic.Node.Bench;

/// <summary>A program under measurement.</summary>
/// <param name="Key">What `--only` takes.</param>
/// <param name="Name">For the table.</param>
/// <param name="Program">Executable and first arguments: "tor", or "tunic tor".</param>
/// <param name="Torrc">Further lines for every torrc.</param>
internal sealed record BenchSubject(string Key, string Name, string[] Program, string[] Torrc)
{
    /// <summary>Stock tor with its older scheduler and with its default one, and this program.</summary>
    /// <param name="self">This program's executable.</param>
    /// <param name="only">The keys of those that are wanted; none for all.</param>
    internal static IReadOnlyList<BenchSubject> Choose(string self, params IReadOnlyCollection<string> only)
    {
        BenchSubject[] all =
        [
            new("vanilla", "tor Vanilla", ["tor"], ["Schedulers Vanilla"]),
            new("default", "tor default", ["tor"], []),
            new("tunic", "tunic", [self, "tor"], []),
        ];
        return [.. all.Where(subject => only.Count == 0 || only.Contains(subject.Key))];
    }

    /// <summary>What `--only` takes.</summary>
    internal static IReadOnlyList<string> Keys { get; } = [.. Choose("").Select(subject => subject.Key)];
}
