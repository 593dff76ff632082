namespace Tunic.Node.Configuration.Torrc;

/// <summary>The onion services of this process.</summary>
internal sealed record TorrcOnionOptions
{
    internal required IReadOnlyList<TorrcOnionService> Services { get; init; }

    /// <summary>They do not hide where they are: HiddenServiceSingleHopMode, which needs HiddenServiceNonAnonymousMode too.</summary>
    internal required bool IsNonAnonymous { get; init; }

    /// <summary>Their descriptors are uploaded.</summary>
    internal required bool Publishes { get; init; }
}
