using System.Diagnostics.CodeAnalysis;
using Tunic.Tor.Protocol.Circuits;

namespace Tunic.Tor.Protocol.Handshakes.Extensions;

/// <summary>
/// Which extensions a client sends, what a relay makes of them, and what the client makes of the answer (proposals 324
/// and 346; stock onion_crypto.c, since the proposals leave the refusals open).
/// </summary>
public static class CircuitParameterNegotiation
{
    private const int SendmeIncrementTolerance = 1;

    /// <summary>Client: the list to send for what is wanted of this hop. CGO is left out without congestion control.</summary>
    public static IReadOnlyList<CircuitExtension> Request(CircuitCapabilities wanted)
    {
        if (!wanted.CongestionControl)
        {
            return [];
        }

        return wanted.Cgo
            ? [CongestionControlRequest.Instance, new SubprotocolRequest(SubprotocolVersion.Cgo)]
            : [CongestionControlRequest.Instance];
    }

    /// <summary>Relay: judges a client's list. Unknown extensions are ignored; unknown subprotocol versions are not.</summary>
    /// <param name="requested">The client's list.</param>
    /// <param name="ours">What this relay enables.</param>
    /// <param name="accepted">The parameters of the circuit; null when refused.</param>
    /// <param name="response">The list to answer with; null when refused. The answer does not mention CGO.</param>
    /// <returns>
    /// False when a requested version cannot be enabled, or when CGO comes without congestion control, whose cells have no
    /// room for stream SENDMEs: destroy the circuit. Congestion control itself is never refused, only left off.
    /// </returns>
    public static bool TryAccept(
        IReadOnlyList<CircuitExtension> requested,
        CircuitCapabilities ours,
        [NotNullWhen(true)] out CircuitParameters? accepted,
        [NotNullWhen(true)] out IReadOnlyList<CircuitExtension>? response)
    {
        accepted = null;
        response = null;
        bool congestionControl = ours.CongestionControl && requested.OfType<CongestionControlRequest>().Any();
        bool cgo = false;
        foreach (SubprotocolVersion version in requested.OfType<SubprotocolRequest>().SelectMany(request => request.Versions))
        {
            if (version != SubprotocolVersion.Cgo || !ours.Cgo)
            {
                return false;
            }

            cgo = true;
        }

        if (cgo && !congestionControl)
        {
            return false;
        }

        accepted = Settle(congestionControl, ours.SendmeIncrement, cgo);
        response = congestionControl ? [new CongestionControlResponse(ours.SendmeIncrement)] : [];
        return true;
    }

    /// <summary>Client: judges the relay's answer.</summary>
    /// <param name="wanted">What <see cref="Request"/> was called with. Its SENDME increment is the consensus's.</param>
    /// <param name="response">The relay's list.</param>
    /// <param name="accepted">The parameters of the circuit; null when the answer is not acceptable.</param>
    /// <returns>
    /// False when the relay enables what was not asked for, leaves congestion control off although CGO depends on it, or
    /// names a SENDME increment of 0 or more than 1 away from the consensus's: close the circuit.
    /// </returns>
    public static bool TryConfirm(
        CircuitCapabilities wanted,
        IReadOnlyList<CircuitExtension> response,
        [NotNullWhen(true)] out CircuitParameters? accepted)
    {
        accepted = null;
        bool cgo = wanted.CongestionControl && wanted.Cgo;
        if (response.OfType<CongestionControlResponse>().FirstOrDefault() is not { } congestionControl)
        {
            accepted = cgo ? null : CircuitParameters.Unnegotiated;
            return accepted is not null;
        }

        int difference = congestionControl.SendmeIncrement - wanted.SendmeIncrement;
        if (!wanted.CongestionControl
            || congestionControl.SendmeIncrement == 0
            || Math.Abs(difference) > SendmeIncrementTolerance)
        {
            return false;
        }

        accepted = Settle(congestionControl: true, congestionControl.SendmeIncrement, cgo);
        return true;
    }

    private static CircuitParameters Settle(bool congestionControl, byte sendmeIncrement, bool cgo)
    {
        return congestionControl
            ? new CircuitParameters(cgo ? RelayCryptography.Cgo : RelayCryptography.Tor1, CongestionControl: true, sendmeIncrement)
            : CircuitParameters.Unnegotiated;
    }
}
