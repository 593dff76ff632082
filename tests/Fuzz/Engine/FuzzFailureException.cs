namespace Tunic.Tests.Fuzz.Engine;

/// <summary>A target broke one of its rules on an input.</summary>
internal sealed class FuzzFailureException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Fails unless the rule holds.</summary>
    public static void Require(bool holds, string rule)
    {
        if (!holds)
        {
            throw new FuzzFailureException(rule);
        }
    }
}
