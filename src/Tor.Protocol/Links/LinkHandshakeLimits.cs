namespace Tunic.Tor.Protocol.Links;

/// <summary>What a peer may cost before it has proved anything. Our own choices; read once when the handshake starts.</summary>
public sealed record LinkHandshakeLimits
{
    /// <summary>Longest body of a variable-length cell, 2,048 to 65,535 bytes. Default 10,240: stock's CERTS has some 1,700.</summary>
    public int MaxVariableLength { get; init; } = 10_240;

    /// <summary>Most cells to take, padding included, at least 4. Default 64.</summary>
    public int MaxCells { get; init; } = 64;

    /// <summary>Time from the end of the TLS handshake until NETINFO, more than zero. Default 60 s; stock tor waits 5 minutes.</summary>
    public TimeSpan TimeLimit { get; init; } = TimeSpan.FromSeconds(60);
}
