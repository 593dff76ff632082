using Tunic.Primitives.Time;

namespace Tunic.Tor.Protocol.Paths;

/// <summary>Chooses among relays in proportion to fixed weights, in O(log n): prefix sums of one position of one view.</summary>
/// <remarks>Immutable.</remarks>
public sealed class WeightTable
{
    /// <summary>
    /// Draws before we stop guessing and look at every relay. A condition that one relay in ten meets fails 30 times in a row once in
    /// twenty-four draws, so the slow way stays rare.
    /// </summary>
    private const int MaxDraws = 30;

    private readonly Relay[] _relays;
    private readonly double[] _sums;

    internal WeightTable(IEnumerable<Relay> relays, Func<Relay, double> weigh)
    {
        _relays = [.. relays];
        _sums = new double[_relays.Length];
        double sum = 0;
        for (int i = 0; i < _relays.Length; i++)
        {
            sum += weigh(_relays[i]);
            _sums[i] = sum;
        }
    }

    /// <summary>Number of relays, those of weight 0 included.</summary>
    public int Count => _relays.Length;

    /// <summary>Sum of all weights.</summary>
    public double Total => _sums.Length == 0 ? 0 : _sums[^1];

    /// <summary>
    /// Chooses one relay that meets the condition, each with the probability of its weight among those that do; all alike when all their
    /// weights are 0 (an unmeasured network). Null when none meets it.
    /// </summary>
    public Relay? Choose(Predicate<Relay> isAcceptable, RandomSource random)
    {
        if (Total > 0)
        {
            for (int draw = 0; draw < MaxDraws; draw++)
            {
                Relay candidate = _relays[Draw(_sums, random)];
                if (isAcceptable(candidate))
                {
                    return candidate;
                }
            }
        }

        return ChooseByScan(isAcceptable, random);
    }

    /// <summary>The member at that position of the view, null when it is not in the table. For tests.</summary>
    internal Relay? Find(int index) => Array.Find(_relays, relay => relay.Index == index);

    private Relay? ChooseByScan(Predicate<Relay> isAcceptable, RandomSource random)
    {
        var candidates = new List<Relay>();
        var sums = new List<double>();
        double sum = 0;
        for (int i = 0; i < _relays.Length; i++)
        {
            if (isAcceptable(_relays[i]))
            {
                sum += _sums[i] - (i == 0 ? 0 : _sums[i - 1]);
                candidates.Add(_relays[i]);
                sums.Add(sum);
            }
        }

        if (candidates.Count == 0)
        {
            return null;
        }

        return candidates[sum > 0 ? Draw([.. sums], random) : random.NextInt32(candidates.Count)];
    }

    /// <summary>Index of the first sum above a uniform point: an entry of weight 0 has no point of its own.</summary>
    private static int Draw(double[] sums, RandomSource random)
    {
        double point = random.NextDouble() * sums[^1];
        int low = 0;
        int high = sums.Length - 1;
        while (low < high)
        {
            int middle = low + ((high - low) / 2);
            if (sums[middle] > point)
            {
                high = middle;
            }
            else
            {
                low = middle + 1;
            }
        }

        // Rounding may put the point on the very end: go back to the relay whose weight ends there.
        while (low > 0 && sums[low] <= sums[low - 1])
        {
            low--;
        }

        return low;
    }
}
