namespace Tunic.Tor.Protocol.Dns;

/// <summary>What a message to a DNS port is.</summary>
public enum DnsQueryOutcome
{
    /// <summary>Nothing to answer: too short for a header, or a response itself.</summary>
    Ignore,

    /// <summary>The header can be read, the rest cannot: answer with an error.</summary>
    Malformed,

    /// <summary>A query.</summary>
    Query,
}
