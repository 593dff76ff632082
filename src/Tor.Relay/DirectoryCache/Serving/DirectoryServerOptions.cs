using Tunic.Tor.Relay.Descriptors;

namespace Tunic.Tor.Relay.DirectoryCache.Serving;

/// <summary>What a directory server serves besides the store, and its limits. Read once at start.</summary>
public sealed record DirectoryServerOptions
{
    /// <summary>The relay's own documents; by default none.</summary>
    public Func<RelayDescriptorDocuments?> OwnDocuments { get; init; } = () => null;

    /// <summary>Handlers that are asked before the ones for the store; an authority's.</summary>
    public IReadOnlyList<IDirectoryHandler> Handlers { get; init; } = [];

    /// <summary>Whether so much is being sent already that an answer of this many bytes must wait: the asker gets 503. Default never.</summary>
    public Func<long, bool> IsBusy { get; init; } = _ => false;

    /// <summary>Clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Most bytes of a request before its body. Default 50 000, as in stock tor.</summary>
    public int MaxHeadLength { get; init; } = 50_000;

    /// <summary>How long a request may take to arrive. Default 30 s.</summary>
    public TimeSpan RequestTimeLimit { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long the asker may leave an answer unread before he is given up. Default 2 minutes.</summary>
    public TimeSpan StallTimeLimit { get; init; } = TimeSpan.FromMinutes(2);
}
