using Microsoft.Extensions.Logging;
using Tunic.Primitives.Storage;
using Tunic.Primitives.Time;
using Tunic.Tor.Network.NetworkDirectory;
using Tunic.Tor.Protocol.Documents.Consensuses;
using Tunic.Tor.Protocol.Voting.Keys;
using Tunic.Tor.Protocol.Voting.Rounds;
using Tunic.Tor.Protocol.Voting.Uploads;
using Tunic.Tor.Protocol.Voting.Votes;
using Tunic.Tor.Relay.DirectoryCache;

namespace Tunic.Tor.Relay.Authority;

/// <summary>What an authority works with. Read once at start.</summary>
public sealed record AuthorityEnvironment
{
    /// <summary>Its keys; the owner of the service owns them.</summary>
    public required AuthorityKeys Keys { get; init; }

    /// <summary>The network's authorities and its first rounds.</summary>
    public required AuthorityNetwork Network { get; init; }

    /// <summary>What it says of itself and votes for.</summary>
    public required AuthorityProfile Profile { get; init; }

    /// <summary>What it accepts.</summary>
    public required AcceptanceOptions Acceptance { get; init; }

    /// <summary>The other authorities.</summary>
    public required IReadOnlyList<DirectoryAuthority> Peers { get; init; }

    /// <summary>How to reach them.</summary>
    public required IDirectoryClient Client { get; init; }

    /// <summary>How to test relays.</summary>
    public required IReachabilityProbe Probe { get; init; }

    /// <summary>What it serves; loaded from disk before the service is made, saved by its owner.</summary>
    public required DirectoryStore Store { get; init; }

    /// <summary>Where votes, histories and pins are kept.</summary>
    public required IStateStore State { get; init; }

    /// <summary>Reads the bandwidth file before each vote; gives null when there is none, throws <see cref="IOException"/> when it cannot be read. Default none.</summary>
    public Func<CancellationToken, ValueTask<ReadOnlyMemory<byte>?>> ReadBandwidths { get; init; } =
        _ => ValueTask.FromResult<ReadOnlyMemory<byte>?>(null);

    /// <summary>Told of each new consensus, after it is in the store. Must return soon.</summary>
    public Action<Consensus> OnConsensus { get; init; } = _ => { };

    /// <summary>Relays tested at the same time. Default 64.</summary>
    public int MaxProbes { get; init; } = 64;

    /// <summary>How long the test of one address may take. Default 10 s.</summary>
    public TimeSpan ProbeTimeLimit { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Clock and timers.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Where random values come from.</summary>
    public RandomSource Random { get; init; } = SystemRandomSource.Instance;

    /// <summary>Where to log.</summary>
    public required ILogger Log { get; init; }
}
