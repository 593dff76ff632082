namespace Tunic.Tor.Protocol.Documents;

/// <summary>Ports from <paramref name="First"/> to <paramref name="Last"/>, both included.</summary>
public readonly record struct PortRange(ushort First, ushort Last)
{
    /// <summary>Whether the port lies inside.</summary>
    public bool Contains(ushort port) => port >= First && port <= Last;

    /// <summary>"80" or "80-90", as documents write it.</summary>
    public override string ToString() => First == Last ? $"{First}" : $"{First}-{Last}";
}
