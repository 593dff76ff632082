namespace Tunic.Node.Configuration.Torrc;

/// <summary>What this program does with an option of stock's.</summary>
internal enum TorrcOptionSupport
{
    Implemented,

    /// <summary>Not implemented and harmless to go without: a warning.</summary>
    Ignored,

    /// <summary>Not implemented, and going without would weaken anonymity or a rule that somebody wrote down: any value but the default is an error.</summary>
    Refused,

    /// <summary>Stock ignores it too.</summary>
    Obsolete,
}
