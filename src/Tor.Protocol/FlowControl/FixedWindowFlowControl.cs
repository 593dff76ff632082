namespace Tunic.Tor.Protocol.FlowControl;

/// <summary>A window of at most 1000 cells in steps of 100: circuits without congestion control (tor-spec, "Circuit-level flow
/// control").</summary>
/// <param name="window">Cells that may be in flight, 100 to 1000 in whole hundreds: <see cref="SendmeParameters.CircuitWindow"/>. A
/// broken hundred is left out, since no SENDME would ever come for it.</param>
/// <param name="minimumVersion">Lowest accepted SENDME version: <see cref="SendmeParameters.MinimumVersion"/>.</param>
public sealed class FixedWindowFlowControl(int window = FixedWindowFlowControl.MaximumWindow, int minimumVersion = 0)
    : CircuitFlowControl(Increment, minimumVersion)
{
    /// <summary>Cells that a SENDME acknowledges.</summary>
    public const int Increment = 100;

    /// <summary>Most cells in flight.</summary>
    public const int MaximumWindow = 1000;

    private readonly int _window = Math.Clamp(window - (window % Increment), Increment, MaximumWindow);

    /// <inheritdoc/>
    public override int SendBudget => _window - InFlight;

    private protected override void OnAcknowledged(TimeSpan sentAt, TimeSpan now)
    {
        // the base class counts the cells, and a fixed window learns nothing from the time they took
    }
}
