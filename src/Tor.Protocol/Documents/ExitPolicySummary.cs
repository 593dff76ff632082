namespace Tunic.Tor.Protocol.Documents;

/// <summary>The ports an exit accepts or rejects for most addresses: the <c>p</c> line (dir-spec, "Computing a consensus from votes").</summary>
/// <param name="IsAccept">True for "accept PORTS", false for "reject PORTS".</param>
/// <param name="Ports">Ascending, disjoint, not adjacent, each from 1 to 65535.</param>
public sealed record ExitPolicySummary(bool IsAccept, IReadOnlyList<PortRange> Ports)
{
    /// <summary>Rejects every port.</summary>
    public static ExitPolicySummary RejectAll { get; } = new(false, [new PortRange(1, 65535)]);

    /// <summary>Whether the exit says that it takes <paramref name="port"/> at most addresses.</summary>
    public bool Accepts(ushort port)
    {
        foreach (PortRange range in Ports)
        {
            if (range.Contains(port))
            {
                return IsAccept;
            }
        }

        return !IsAccept;
    }
}
