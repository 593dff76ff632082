namespace Tunic.Node.Configuration.Torrc;

/// <summary>What `tunic tor` is asked to do; Run unless an argument says otherwise.</summary>
internal enum TorCommand
{
    Run,
    VerifyConfiguration,
    ListFingerprint,
    HashPassword,
    MakeFamilyKey,
    Version,
    Help,
    ListOptions,

    /// <summary>Something of stock's that does not exist here; <see cref="TorCommandLine.CommandName"/> says what.</summary>
    Unsupported,
}
