namespace Tunic.Tor.Protocol.Voting.Flags;

/// <summary>What the operator of the authority says of a relay: approved-routers file and AuthDir address lists (process_descs.h).</summary>
[Flags]
public enum RelayStanding
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Not listed at all.</summary>
    Reject = 1,

    /// <summary>Not Valid.</summary>
    Invalid = 2,

    /// <summary>BadExit.</summary>
    BadExit = 4,

    /// <summary>MiddleOnly.</summary>
    MiddleOnly = 8,

    /// <summary>Never Guard.</summary>
    StripGuard = 16,

    /// <summary>Never HSDir.</summary>
    StripHSDir = 32,

    /// <summary>Never V2Dir.</summary>
    StripV2Dir = 64,
}
