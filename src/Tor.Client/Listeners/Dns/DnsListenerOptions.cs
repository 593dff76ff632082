namespace Tunic.Tor.Client.Listeners.Dns;

/// <summary>What one DNS port does. Read once at start.</summary>
public sealed record DnsListenerOptions : ListenerOptions
{
    /// <summary>Most lookups at once, 1 or more. Default 256; those beyond it are answered SERVFAIL.</summary>
    public int MaxLookups { get; init; } = 256;
}
