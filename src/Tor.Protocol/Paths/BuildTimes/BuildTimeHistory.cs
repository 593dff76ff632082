using System.Globalization;
using Tunic.Primitives.Time;

namespace Tunic.Tor.Protocol.Paths.BuildTimes;

/// <summary>The build times of the last 1000 circuits, in milliseconds, and what can be read from them.</summary>
internal sealed class BuildTimeHistory
{
    /// <summary>Circuits remembered.</summary>
    public const int Capacity = 1000;

    /// <summary>Stands for a circuit that was closed before its time was known.</summary>
    public const int Abandoned = int.MaxValue - 1;

    /// <summary>Width of a bin of the histogram.</summary>
    public const int BinWidth = 10;

    /// <summary>Most that a state file may hold: stock writes up to <see cref="Capacity"/>, old versions wrote up to 5000.</summary>
    private const int MaxStoredTimes = 10 * Capacity;

    private const string TotalKey = "TotalBuildTimes";
    private const string AbandonedKey = "CircuitBuildAbandonedCount";
    private const string BinKey = "CircuitBuildTimeBin";

    private readonly int[] _times = new int[Capacity];
    private int _next;

    /// <summary>Times remembered, abandoned circuits included.</summary>
    public int Count { get; private set; }

    /// <summary>Longest time of a circuit that was completed; 0 without any.</summary>
    public int Longest => Measured.DefaultIfEmpty().Max();

    private ReadOnlySpan<int> Times => _times.AsSpan(0, Count);

    private IEnumerable<int> Measured => _times.Take(Count).Where(time => time != Abandoned);

    public void Add(int milliseconds)
    {
        _times[_next] = milliseconds;
        _next = (_next + 1) % Capacity;
        Count = Math.Min(Count + 1, Capacity);
    }

    public void Clear()
    {
        _next = 0;
        Count = 0;
    }

    /// <summary>Share of circuits that took at least so long, 0 to 1.</summary>
    public double ShareFrom(double milliseconds)
    {
        int slow = 0;
        foreach (int time in Times)
        {
            slow += time >= milliseconds ? 1 : 0;
        }

        return Count == 0 ? 0 : (double)slow / Count;
    }

    /// <summary>Fits the curve: Xm is the weighted mean of the most frequent bins, Alpha the maximum likelihood estimate. Null when all circuits were abandoned.</summary>
    public ParetoCurve? Fit(int modeCount)
    {
        long sum = 0;
        long count = 0;
        foreach ((int bin, int frequency) in Histogram().OrderByDescending(entry => entry.Value).ThenBy(entry => entry.Key).Take(modeCount))
        {
            sum += (long)Middle(bin) * frequency;
            count += frequency;
        }

        if (count == 0)
        {
            return null;
        }

        int xm = (int)(sum / count);
        double logarithms = 0;
        int measured = 0;
        foreach (int time in Measured)
        {
            logarithms += Math.Log(Math.Max(time, xm));
            measured++;
        }

        return new ParetoCurve(xm, measured / (logarithms - (measured * Math.Log(xm))));
    }

    /// <summary>The lines of stock's state file: keyword and value.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Encode()
    {
        var lines = new List<KeyValuePair<string, string>>
        {
            new(TotalKey, Count.ToString(CultureInfo.InvariantCulture)),
            new(AbandonedKey, (Count - Measured.Count()).ToString(CultureInfo.InvariantCulture)),
        };
        foreach ((int bin, int frequency) in Histogram().OrderBy(entry => entry.Key))
        {
            lines.Add(new(BinKey, string.Create(CultureInfo.InvariantCulture, $"{Middle(bin)} {frequency}")));
        }

        return lines;
    }

    /// <summary>Replaces the history by what a state file holds. False and an empty history when it does not add up.</summary>
    /// <param name="lines">Keyword and value; other keywords are skipped.</param>
    /// <param name="random">Mixes the times, as their order is not in the file.</param>
    public bool TryDecode(IEnumerable<KeyValuePair<string, string>> lines, RandomSource random)
    {
        Clear();
        int total = 0;
        int abandoned = 0;
        var times = new List<int>();
        foreach ((string key, string value) in lines)
        {
            bool isGood = key switch
            {
                TotalKey => TryParse(value, MaxStoredTimes, out total),
                AbandonedKey => TryParse(value, MaxStoredTimes, out abandoned),
                BinKey => TryAddBin(value, times),
                _ => true,
            };
            if (!isGood)
            {
                return false;
            }
        }

        if (times.Count + abandoned != total)
        {
            return false;
        }

        times.AddRange(Enumerable.Repeat(Abandoned, abandoned));
        for (int last = times.Count - 1; last > 0; last--)
        {
            int other = random.NextInt32(last + 1);
            (times[last], times[other]) = (times[other], times[last]);
        }

        times.Take(Capacity).ToList().ForEach(Add);
        return true;
    }

    private static bool TryAddBin(string value, List<int> times)
    {
        string[] words = value.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length < 2
            || !TryParse(words[0], Abandoned - 1, out int milliseconds)
            || !TryParse(words[1], MaxStoredTimes - times.Count, out int frequency)
            || milliseconds == 0)
        {
            return false;
        }

        times.AddRange(Enumerable.Repeat(milliseconds, frequency));
        return true;
    }

    private static bool TryParse(string text, int maximum, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number <= maximum;

    private static int Middle(int bin) => (bin * BinWidth) + (BinWidth / 2);

    private Dictionary<int, int> Histogram()
    {
        var bins = new Dictionary<int, int>();
        foreach (int time in Measured)
        {
            int bin = time / BinWidth;
            bins[bin] = bins.GetValueOrDefault(bin) + 1;
        }

        return bins;
    }
}
