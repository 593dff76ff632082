namespace Tunic.Tor.Protocol.Paths;

/// <summary>Why no path exists. All but <see cref="None"/> may pass with more microdescriptors, a new consensus or fewer demands.</summary>
public enum PathFailure
{
    /// <summary>There is a path.</summary>
    None,

    /// <summary>No usable relay takes the ports, or all that do are excluded.</summary>
    NoExit,

    /// <summary>No guard is up, allowed, and outside the family of the last hop.</summary>
    NoGuard,

    /// <summary>Too few relays are left that are no family of the others in the path.</summary>
    NoMiddle,

    /// <summary>No directory is up and allowed.</summary>
    NoDirectory,

    /// <summary>The consensus is so old that who is in the network is not known any more.</summary>
    OldConsensus,

    /// <summary>The last hop that the caller chose is not usable, excluded, or marked down.</summary>
    EndNotUsable,
}
