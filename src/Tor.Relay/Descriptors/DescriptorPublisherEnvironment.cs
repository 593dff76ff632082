using Microsoft.Extensions.Logging;
using Tunic.Tor.Network.NetworkDirectory;
using Tunic.Tor.Relay.Keys;

namespace Tunic.Tor.Relay.Descriptors;

/// <summary>What a publisher works with. Read once at start.</summary>
public sealed record DescriptorPublisherEnvironment
{
    /// <summary>Signs the documents.</summary>
    public required RelayKeys Keys { get; init; }

    /// <summary>The operator's wishes at this moment; asked before each document.</summary>
    public required Func<RelayDescriptorOptions> Options { get; init; }

    /// <summary>What the relay has measured; asked once a minute. Safe to call from any thread.</summary>
    public required Func<RelayMeasurements> Measure { get; init; }

    /// <summary>Whether others may know of this relay: it has been reached from outside, or the operator vouches for that. Asked once a minute.</summary>
    public Func<bool> IsPublishable { get; init; } = () => true;

    /// <summary>All of these get the documents.</summary>
    public required IReadOnlyList<DirectoryAuthority> Authorities { get; init; }

    /// <summary>How to reach them.</summary>
    public required IDirectoryClient Client { get; init; }

    /// <summary>Clock and timers.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>A test network: publish bandwidth changes at once. Default false.</summary>
    public bool IsTestNetwork { get; init; }

    /// <summary>Where to log.</summary>
    public required ILogger Log { get; init; }
}
