namespace Tunic.Tor.Client.OnionServices.Circuits;

/// <summary>How long the circuits of onion services are (stock circuitbuild.c, route_len_for_purpose).</summary>
internal static class OnionPathShape
{
    private const int DefaultLength = 3;

    /// <summary>Hops of our choice before the one that somebody else has chosen; of a rendezvous of ours, all of them.</summary>
    /// <param name="purpose">What the circuit is for.</param>
    /// <param name="hasThirdHops">
    /// Whether the operator has chosen third hops: then there is one hop more, so that those who choose the last one do not see them. A service's
    /// introduction points and directories may.
    /// </param>
    internal static int GetInternalLength(OnionCircuitPurpose purpose, bool hasThirdHops) =>
        hasThirdHops && purpose is not (OnionCircuitPurpose.ServiceIntroduction or OnionCircuitPurpose.ServiceDirectory)
            ? DefaultLength + 1
            : DefaultLength;

    /// <summary>Whether a circuit that was built ahead of time may be used. An introduction point of a service is there for hours, and gets one of its own.</summary>
    internal static bool MayBeSpare(OnionCircuitPurpose purpose) => purpose != OnionCircuitPurpose.ServiceIntroduction;
}
