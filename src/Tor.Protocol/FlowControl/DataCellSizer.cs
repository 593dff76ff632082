using Tunic.Primitives.Time;

namespace Tunic.Tor.Protocol.FlowControl;

/// <summary>
/// Decides how many bytes go into the next DATA cell of a circuit, so that every window holds at least one cell with random padding:
/// a receiver who knows the data beforehand then cannot compute tags and acknowledge cells that he never read (proposal 289).
/// </summary>
/// <remarks>One per circuit end that sends data; for it the padding of a cell must be random.</remarks>
public sealed class DataCellSizer
{
    // as in stock: 16 random bytes after the 4 zeros that follow a message
    private const int RoomForRandomness = 4 + 16;
    private const int Interval = FixedWindowFlowControl.Increment;

    private readonly RandomSource _random;
    private int _cellsUntilRandom;
    private bool _randomEnough;

    /// <summary>Draws the first interval.</summary>
    public DataCellSizer(RandomSource random)
    {
        _random = random;
        Reset();
    }

    /// <summary>The number of bytes for the next cell; counts the cell as sent unless it is 0.</summary>
    /// <param name="available">Bytes that wait.</param>
    /// <param name="partial">False to wait rather than send a cell that is not full.</param>
    /// <param name="maxBodyLength">Most bytes of a DATA message on the hop.</param>
    /// <returns>0 to <paramref name="maxBodyLength"/>; 0 for "wait".</returns>
    public int NextLength(int available, bool partial, int maxBodyLength)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(available);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(maxBodyLength, RoomForRandomness);
        bool force = _cellsUntilRandom == 0 && !_randomEnough;
        int shortened = maxBodyLength - RoomForRandomness;
        int target = force ? shortened : maxBodyLength;
        if (available == 0 || (available < target && !partial))
        {
            return 0;
        }

        int length = Math.Min(available, target);
        _randomEnough |= length <= shortened;
        if (_cellsUntilRandom == 0)
        {
            Reset();
        }

        _cellsUntilRandom--;
        return length;
    }

    private void Reset()
    {
        _randomEnough = false;
        _cellsUntilRandom = (Interval / 2) + _random.NextInt32(Interval / 2);
    }
}
