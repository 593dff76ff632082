namespace Tunic.Tor.Protocol.Voting.Tally;

/// <summary>Votes on consensus parameters (dir-spec, "params"; proposal 178).</summary>
public static class ParameterVoting
{
    private const int EnoughVotes = 3;

    /// <summary>The parameters of the consensus, ascending by name.</summary>
    /// <param name="votes">The <c>params</c> of each vote; one entry per vote.</param>
    /// <param name="authorityCount">How many authorities the network has, voting or not.</param>
    /// <returns>Each parameter that more than half of the authorities, or three of them, voted for, with the low median of their values.</returns>
    public static IReadOnlyList<KeyValuePair<string, int>> Compute(IEnumerable<IReadOnlyDictionary<string, int>> votes, int authorityCount)
    {
        var values = new Dictionary<string, List<int>>(StringComparer.Ordinal);
        foreach ((string name, int value) in votes.SelectMany(vote => vote))
        {
            if (!values.TryGetValue(name, out List<int>? list))
            {
                values.Add(name, list = []);
            }

            list.Add(value);
        }

        // Stock tor sorts the text "name=value", in which '=' comes before letters and after digits.
        return [.. values
            .Where(pair => pair.Value.Count > authorityCount / 2 || pair.Value.Count >= EnoughVotes)
            .OrderBy(pair => pair.Key + "=", StringComparer.Ordinal)
            .Select(pair => KeyValuePair.Create(pair.Key, Majority.LowMedian(pair.Value)))];
    }

    /// <summary>The value of a parameter that rules the computation of the consensus itself.</summary>
    public static int Find(IReadOnlyList<KeyValuePair<string, int>> parameters, string name, int fallback)
    {
        foreach ((string key, int value) in parameters)
        {
            if (key == name)
            {
                return value;
            }
        }

        return fallback;
    }
}
