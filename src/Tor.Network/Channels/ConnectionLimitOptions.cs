namespace Tunic.Tor.Network.Channels;

/// <summary>How many connections are accepted, in all and from one address. IPv6 addresses count by their /64.</summary>
public sealed record ConnectionLimitOptions
{
    /// <summary>Connections open at once, 1 and more. Default 16 384.</summary>
    public int MaxConnections { get; init; } = 16_384;

    /// <summary>Connections open at once from one address, 1 and more. Default 100 (DoSConnectionMaxConcurrentCount).</summary>
    public int MaxPerAddress { get; init; } = 100;

    /// <summary>New connections per second from one address, on average. Default 20 (DoSConnectionConnectRate).</summary>
    public int RatePerAddress { get; init; } = 20;

    /// <summary>New connections from one address at once. Default 40 (DoSConnectionConnectBurst).</summary>
    public int BurstPerAddress { get; init; } = 40;

    /// <summary>How long an address that went over the rate is refused, up to half as long again at random. Zero, the default: only while it is over the rate
    /// (DoSConnectionConnectDefenseTimePeriod, 24 h in stock tor where the consensus turns it on).</summary>
    public TimeSpan Penalty { get; init; }

    /// <summary>Addresses remembered at most. Default 65 536; beyond it one without a connection is forgotten for each new one, those under a penalty last, and new IPv6 addresses count by their /48.</summary>
    public int MaxAddresses { get; init; } = 65_536;
}
