namespace Tunic.Tests.Interop.Malformed;

/// <summary>How far a client has come with a relay when it begins to break the rules.</summary>
internal enum HostileRelayStage
{
    /// <summary>The client has sent VERSIONS.</summary>
    Link,

    /// <summary>The link is open, and the client has sent CREATE_FAST.</summary>
    Creation,

    /// <summary>The circuit is there, and the client has sent BEGIN_DIR.</summary>
    Stream,
}

/// <summary>A case that a relay plays to a client. Afterwards it goes on as a good relay would, to see whether the client does.</summary>
internal sealed record HostileRelayCase(string Name, string Stock, HostileRelayStage Stage, Func<HostileRelay, Task> Play) : MalformedCase(Name, Stock)
{
    /// <summary>Who the relay is, when it is not the one that the client's configuration names.</summary>
    internal Func<HostileIdentities, HostileIdentity>? Shown { get; init; }

    /// <summary>The client's configuration names the one who is shown.</summary>
    internal bool IsExpected { get; init; }
}
