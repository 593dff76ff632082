namespace Tunic.Tests.Fuzz.Coverage;

/// <summary>Counts the branch outcomes that belong to a target.</summary>
/// <param name="Outcomes">For each outcome the full name of its type; empty for what is no branch. Empty when nothing is instrumented.</param>
internal sealed record BranchReport(string[] Outcomes)
{
    /// <summary>Outcomes taken, and all there are, in the types of the scope.</summary>
    /// <param name="scope">Names of types without their namespace; with a star at the end, all that begin so.</param>
    public (int Taken, int Total) Count(IReadOnlyCollection<string> scope)
    {
        int taken = 0;
        int total = 0;
        var known = new Dictionary<string, bool>(StringComparer.Ordinal);
        for (int outcome = 0; outcome < Outcomes.Length; outcome++)
        {
            string type = Outcomes[outcome];
            if (type.Length == 0)
            {
                continue;
            }

            if (!known.TryGetValue(type, out bool isInScope))
            {
                isInScope = known[type] = Contains(scope, type[(type.LastIndexOf('.') + 1)..]);
            }

            if (isInScope)
            {
                total++;
                taken += BranchMap.IsTaken(outcome) ? 1 : 0;
            }
        }

        return (taken, total);
    }

    /// <summary>Outcomes that were not taken, by type.</summary>
    public IEnumerable<(string Type, int Taken, int Total)> ByType(IReadOnlyCollection<string> scope) => Outcomes
        .Index()
        .Where(outcome => outcome.Item.Length > 0 && Contains(scope, outcome.Item[(outcome.Item.LastIndexOf('.') + 1)..]))
        .GroupBy(outcome => outcome.Item)
        .Select(type => (type.Key, type.Count(outcome => BranchMap.IsTaken(outcome.Index)), type.Count()));

    private static bool Contains(IReadOnlyCollection<string> scope, string name) => scope.Any(pattern => pattern.EndsWith('*')
        ? name.StartsWith(pattern[..^1], StringComparison.Ordinal)
        : name.Split('`')[0] == pattern);
}
