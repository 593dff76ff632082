namespace Tunic.Tor.Protocol.Voting.Tally;

/// <summary>The rules by which votes become one opinion (dir-spec, "Computing a consensus from a set of votes"). Every tie-break is part of the protocol.</summary>
public static class Majority
{
    /// <summary>The low median: of an even number of values the smaller of the two in the middle.</summary>
    /// <exception cref="ArgumentException">There are no values.</exception>
    public static T LowMedian<T>(IReadOnlyCollection<T> values)
        where T : IComparable<T>
    {
        if (values.Count == 0)
        {
            throw new ArgumentException("there is no median of nothing", nameof(values));
        }

        T[] sorted = [.. values];
        Array.Sort(sorted);
        return sorted[(sorted.Length - 1) / 2];
    }

    /// <summary>The value that stands most often in the list; of several the last in order. The default value for an empty list.</summary>
    /// <param name="values">The values in any order.</param>
    /// <param name="comparer">Order and equality.</param>
    public static T? MostFrequent<T>(IEnumerable<T> values, IComparer<T> comparer) => MostFrequent(values, comparer, out _);

    /// <summary>As the other overload, and how often the value stands there.</summary>
    public static T? MostFrequent<T>(IEnumerable<T> values, IComparer<T> comparer, out int count)
    {
        T? best = default;
        count = 0;
        foreach ((T value, int times) in Count(values, comparer))
        {
            if (times >= count)
            {
                best = value;
                count = times;
            }
        }

        return best;
    }

    /// <summary>The values that stand in the list more often than <paramref name="limit"/> times, ascending.</summary>
    public static IEnumerable<T> MoreFrequentThan<T>(IEnumerable<T> values, int limit, IComparer<T> comparer) =>
        Count(values, comparer).Where(pair => pair.Count > limit).Select(pair => pair.Value);

    private static List<(T Value, int Count)> Count<T>(IEnumerable<T> values, IComparer<T> comparer)
    {
        var runs = new List<(T Value, int Count)>();
        foreach (T value in values.Order(comparer))
        {
            if (runs.Count > 0 && comparer.Compare(runs[^1].Value, value) == 0)
            {
                runs[^1] = (runs[^1].Value, runs[^1].Count + 1);
            }
            else
            {
                runs.Add((value, 1));
            }
        }

        return runs;
    }
}
