using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.Errors;
using Tunic.Tor.Protocol.RelayMessages;

namespace Tunic.Tor.Protocol.Streams.Rules;

/// <summary>The RELAY_EARLY cells of one circuit: at most eight, and only away from the origin (tor-spec, "Handling relay_early
/// cells").</summary>
public sealed class RelayEarlyBudget
{
    /// <summary>Most RELAY_EARLY cells on a circuit.</summary>
    public const int Maximum = 8;

    private RelayEarlyBudget(int left) => Left = left;

    /// <summary>Cells that may still be sent (origin) or received (relay).</summary>
    public int Left { get; private set; }

    /// <summary>The budget of the end that makes the circuit: eight or, half of the time, seven, as stock does, so that the number does
    /// not show who made it.</summary>
    public static RelayEarlyBudget ForOrigin(RandomSource random) => new(Maximum - random.NextInt32(2));

    /// <summary>The budget that a relay grants a circuit.</summary>
    public static RelayEarlyBudget ForRelay() => new(Maximum);

    /// <summary>The cell to send a message of the origin in; counts it. As long as some are left, everything that goes beyond the first
    /// hop is early, so that extensions do not stand out.</summary>
    /// <param name="command">The message.</param>
    /// <param name="toFirstHop">True when the first hop is meant to read it.</param>
    public CellCommand NextCell(RelayCommand command, bool toFirstHop)
    {
        if (Left == 0 || (toFirstHop && !RelayMessageRules.NeedsRelayEarly(command)))
        {
            return CellCommand.Relay;
        }

        Left--;
        return CellCommand.RelayEarly;
    }

    /// <summary>Counts a RELAY or RELAY_EARLY cell that arrived, whoever it is for.</summary>
    /// <exception cref="CircuitProtocolException">An early cell on the way to the origin, or one too many.</exception>
    public void OnReceived(CellCommand command, RelayDirection direction)
    {
        if (command != CellCommand.RelayEarly)
        {
            return;
        }

        if (direction == RelayDirection.Backward)
        {
            throw new CircuitProtocolException(DestroyReason.Protocol, "RELAY_EARLY towards the origin");
        }

        if (Left == 0)
        {
            throw new CircuitProtocolException(DestroyReason.Protocol, $"more than {Maximum} RELAY_EARLY cells");
        }

        Left--;
    }
}
