namespace Tunic.Tor.Client.ControlPort;

/// <summary>What came of a change of the configuration.</summary>
/// <param name="Outcome">Which of stock's answers it gets.</param>
/// <param name="Message">What is wrong; empty when nothing is.</param>
public sealed record ControlConfigurationResult(ControlConfigurationOutcome Outcome, string Message = "")
{
    /// <summary>Done.</summary>
    public static ControlConfigurationResult Success { get; } = new(ControlConfigurationOutcome.Changed);
}
