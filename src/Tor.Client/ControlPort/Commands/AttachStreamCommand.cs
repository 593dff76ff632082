using System.Globalization;
using Tunic.Tor.Client.Circuits.Register;
using Tunic.Tor.Client.Streams.Register;
using Tunic.Tor.Protocol.Control.Arguments;

namespace Tunic.Tor.Client.ControlPort.Commands;

/// <summary>ATTACHSTREAM: puts a stream that is not connected yet on a circuit, or lets us choose one (0).</summary>
internal sealed class AttachStreamCommand(TorClient client) : QuickCommand(
    "ATTACHSTREAM", new ControlSyntax { MinArguments = 2, MaxArguments = 2, AcceptsKeywords = true, AllowedKeywords = ["HOP"] })
{
    private protected override ControlCommandResult Run(ControlSession session, ControlArguments arguments)
    {
        (string stream, string circuit) = (arguments.Words[0], arguments.Words[1]);
        if (client.FindStream(stream) is not { } record)
        {
            return ControlCommandResult.Of(552, $"Unknown stream \"{stream}\"");
        }

        CircuitRecord? chosen = circuit == "0" ? null : client.FindCircuit(circuit);
        if (circuit != "0" && chosen is null)
        {
            return ControlCommandResult.Of(552, $"Unknown circuit \"{circuit}\"");
        }

        int hop = 0;
        if (chosen is not null && arguments.Find("HOP") is { } word && !int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out hop))
        {
            return ControlCommandResult.Of(552, $"Bad value hop={word}");
        }

        if (!MayBeAttached(record))
        {
            return ControlCommandResult.Of(555, "Connection is not managed by controller.");
        }

        if (chosen is not null && FindFault(chosen, hop) is { } fault)
        {
            return ControlCommandResult.Of(551, fault);
        }

        return client.Streams.Attach(record, chosen) ? ControlCommandResult.Done : ControlCommandResult.Of(555, "Connection is not managed by controller.");
    }

    private static bool MayBeAttached(StreamRecord record) =>
        record.IsHeld || record.Status is StreamStatus.Sent or StreamStatus.Detached;

    private static string? FindFault(CircuitRecord circuit, int hop) =>
        circuit.Status != CircuitStatus.Built ? "Can't attach stream to non-open origin circuit"
        : circuit.Hops.Count < 2 || hop == 1 ? "Can't attach stream to this one-hop circuit."
        : hop > circuit.Hops.Count ? string.Create(CultureInfo.InvariantCulture, $"Circuit doesn't have {hop} hops.")
        : hop > 0 && hop < circuit.Hops.Count ? "Unable to attach stream" // streams leave our circuits at their last hop only
        : null;
}
