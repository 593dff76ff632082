namespace Tunic.Tor.Protocol.Documents.Consensuses;

/// <summary>Reads one number of the consensus' <c>params</c> line, clamped to the range that param-spec gives.</summary>
internal static class ConsensusParameter
{
    /// <summary>The value of <paramref name="name"/>, moved into the range when it is outside, or the default when absent.</summary>
    /// <param name="parameters">Null while no consensus is known.</param>
    /// <param name="name">Its name in the line.</param>
    /// <param name="defaultValue">Within the range.</param>
    /// <param name="minimum">Least value.</param>
    /// <param name="maximum">Greatest value.</param>
    public static int Read(
        IReadOnlyDictionary<string, int>? parameters, string name, int defaultValue, int minimum, int maximum = int.MaxValue) =>
        parameters is not null && parameters.TryGetValue(name, out int value) ? Math.Clamp(value, minimum, maximum) : defaultValue;
}
