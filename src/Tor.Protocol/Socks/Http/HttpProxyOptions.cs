namespace Tunic.Tor.Protocol.Socks.Http;

/// <summary>Limits and choices of one HTTP proxy port. Read once at start.</summary>
public sealed record HttpProxyOptions
{
    /// <summary>Longest head, request line and blank line included, 1 KiB or more. Default 32 KiB; beyond it the answer is 431.</summary>
    public int MaxHeadLength { get; init; } = 32 * 1024;

    /// <summary>Longest request line, 256 or more. Default 8 KiB; beyond it the answer is 414.</summary>
    public int MaxRequestLineLength { get; init; } = 8 * 1024;

    /// <summary>Most header lines, 1 or more. Default 100; beyond it the answer is 431.</summary>
    public int MaxHeaders { get; init; } = 100;

    /// <summary>Take CONNECT and nothing else, as stock's <c>HTTPTunnelPort</c>. Default false.</summary>
    public bool ConnectOnly { get; init; }
}
