namespace Tunic.Tor.Relay.DirectoryCache;

/// <summary>Limits of a directory store. Read once at start.</summary>
public sealed record DirectoryStoreOptions
{
    /// <summary>Earlier consensuses of each flavour that differences are made from. Default 24; one takes about 0.7 MB on the public network.</summary>
    public int DiffBases { get; init; } = 24;

    /// <summary>Most descriptors, and most extra-info documents. Default 60 000. Replaced ones give way, the oldest first; when there are none, further relays are not taken.</summary>
    public int MaxDescriptors { get; init; } = 60_000;

    /// <summary>Most microdescriptors. Default 60 000. Those listed longest ago give way.</summary>
    public int MaxMicrodescriptors { get; init; } = 60_000;

    /// <summary>Most certificates. Default 256.</summary>
    public int MaxCertificates { get; init; } = 256;

    /// <summary>How long a descriptor that a newer one replaced is kept. Default 5 days, as in stock tor.</summary>
    public TimeSpan OldDescriptorAge { get; init; } = TimeSpan.FromDays(5);

    /// <summary>How long the newest descriptor of a relay is kept. Default 48 hours, as in stock tor.</summary>
    public TimeSpan DescriptorAge { get; init; } = TimeSpan.FromHours(48);

    /// <summary>How long a microdescriptor stays after the last consensus that listed it. Default 7 days, as in stock tor.</summary>
    public TimeSpan MicrodescriptorAge { get; init; } = TimeSpan.FromDays(7);
}
