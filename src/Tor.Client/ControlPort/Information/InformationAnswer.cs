namespace Tunic.Tor.Client.ControlPort.Information;

/// <summary>What comes of one key of GETINFO: a value, a failure (551), or that there is no such key (552).</summary>
/// <param name="Value">The value; lines end with LF.</param>
/// <param name="Failure">Why there is none now.</param>
/// <param name="Unknown">What to say of an unknown key; null for the usual words.</param>
internal readonly record struct InformationAnswer(string? Value, string? Failure = null, string? Unknown = null)
{
    /// <summary>No such key.</summary>
    internal static InformationAnswer NoSuchKey => default;

    internal static InformationAnswer Fail(string why) => new(null, why);

    public static implicit operator InformationAnswer(string? value) => new(value);
}
