using System.Net;

namespace Tunic.Tor.Relay.Exits;

/// <summary>What a lookup found; nothing at all when it failed.</summary>
public sealed record NameAnswer
{
    /// <summary>No such name.</summary>
    public static NameAnswer NotFound { get; } = new();

    /// <summary>No answer now; later, perhaps.</summary>
    public static NameAnswer NoAnswer { get; } = new() { IsTransientFailure = true };

    /// <summary>Nobody could be asked, for a want of our own: not to be remembered.</summary>
    public static NameAnswer NotAsked { get; } = new() { IsTransientFailure = true, IsForgotten = true };

    /// <summary>An IPv4 address; null when the name has none.</summary>
    public IPAddress? IPv4 { get; init; }

    /// <summary>An IPv6 address; null when the name has none.</summary>
    public IPAddress? IPv6 { get; init; }

    /// <summary>The name of an address; null when it has none.</summary>
    public string? HostName { get; init; }

    /// <summary>The lookup failed in a way that another try may mend.</summary>
    public bool IsTransientFailure { get; init; }

    /// <summary>The answer says nothing about the name, and the next who asks must not get it.</summary>
    public bool IsForgotten { get; init; }

    /// <summary>Time for which the answer holds; zero when the resolver does not say.</summary>
    public TimeSpan TimeToLive { get; init; }

    /// <summary>Whether anything was found.</summary>
    public bool IsFound => IPv4 is not null || IPv6 is not null || HostName is not null;
}
