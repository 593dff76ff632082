using System.Globalization;
using Tunic.Tor.Client.Circuits.Register;
using Tunic.Tor.Client.Streams.Register;

namespace Tunic.Tor.Client.ControlPort.Commands;

/// <summary>Reads what commands name: circuits, streams, purposes.</summary>
internal static class CircuitArguments
{
    internal static CircuitRecord? FindCircuit(this TorClient client, string number) =>
        int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int id) ? client.Circuits.Find(id) : null;

    internal static StreamRecord? FindStream(this TorClient client, string number) =>
        ulong.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out ulong id) ? client.Streams.Find(id) : null;

    /// <summary>GENERAL or CONTROLLER, in any case; null for another word.</summary>
    internal static string? ReadPurpose(string word) => word.ToUpperInvariant() switch
    {
        "GENERAL" or "PURPOSE=GENERAL" => CircuitPurpose.General,
        "CONTROLLER" or "PURPOSE=CONTROLLER" => CircuitPurpose.Controller,
        _ => null,
    };
}
