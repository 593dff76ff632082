using Microsoft.Extensions.Logging;
using Tunic.Primitives.Storage;
using Tunic.Primitives.Time;
using Tunic.Tor.Network.NetworkDirectory;
using Tunic.Tor.Protocol.Documents.Consensuses;

namespace Tunic.Tor.Relay.DirectoryCache.Mirroring;

/// <summary>What a mirror works with. Read once at start.</summary>
public sealed record DirectoryMirrorEnvironment
{
    /// <summary>Receives the documents.</summary>
    public required DirectoryStore Store { get; init; }

    /// <summary>Keeps them over restarts.</summary>
    public required IStateStore Files { get; init; }

    /// <summary>Whom to ask and to trust.</summary>
    public required IReadOnlyList<DirectoryAuthority> Authorities { get; init; }

    /// <summary>How to reach them.</summary>
    public required IDirectoryClient Client { get; init; }

    /// <summary>Told of each consensus that was verified and is newer than the last of its flavour; also of those found on disk at start.</summary>
    public Action<Consensus> OnConsensus { get; init; } = _ => { };

    /// <summary>Extra-info documents are fetched too (torrc: DownloadExtraInfo). Default false.</summary>
    public bool FetchesExtraInfo { get; init; }

    /// <summary>Documents asked for in one request, 1 to 96. Default 92, as many as stock tor.</summary>
    public int DocumentsPerRequest { get; init; } = 92;

    /// <summary>Requests under way at once. Default 3.</summary>
    public int ParallelRequests { get; init; } = 3;

    /// <summary>Chooses moments and authorities.</summary>
    public RandomSource Random { get; init; } = SystemRandomSource.Instance;

    /// <summary>Clock and timers.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Where to log.</summary>
    public required ILogger Log { get; init; }
}
