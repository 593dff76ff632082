namespace Tunic.Tor.Protocol.FlowControl;

/// <summary>Reads one number of the consensus' <c>params</c> line.</summary>
internal static class ConsensusParameter
{
    /// <summary>The value of <paramref name="name"/>, moved into the range when it is outside, or the default when absent.</summary>
    public static int Read(
        IReadOnlyDictionary<string, int> parameters, string name, int defaultValue, int minimum, int maximum = int.MaxValue) =>
        Math.Clamp(parameters.GetValueOrDefault(name, defaultValue), minimum, maximum);
}
