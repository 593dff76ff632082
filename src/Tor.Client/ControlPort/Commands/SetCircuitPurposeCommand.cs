using Tunic.Tor.Client.Circuits.Register;
using Tunic.Tor.Protocol.Control.Arguments;

namespace Tunic.Tor.Client.ControlPort.Commands;

/// <summary>SETCIRCUITPURPOSE: a circuit with the purpose CONTROLLER takes no streams but those that the controller puts on it.</summary>
internal sealed class SetCircuitPurposeCommand(TorClient client) : QuickCommand(
    "SETCIRCUITPURPOSE", new ControlSyntax { MinArguments = 1, MaxArguments = 1, AcceptsKeywords = true })
{
    private protected override ControlCommandResult Run(ControlSession session, ControlArguments arguments)
    {
        if (client.FindCircuit(arguments.Words[0]) is not { } record)
        {
            return ControlCommandResult.Of(552, $"Unknown circuit \"{arguments.Words[0]}\"");
        }

        if (arguments.Find("PURPOSE") is not { } word)
        {
            return ControlCommandResult.Of(552, "No purpose given");
        }

        if (CircuitArguments.ReadPurpose(word) is not { } purpose)
        {
            return ControlCommandResult.Of(552, $"Unknown purpose \"{word}\"");
        }

        client.Circuits.SetPurpose(record, purpose);
        if (purpose == CircuitPurpose.Controller)
        {
            client.ControlledCircuits.Keep(record);
        }

        return ControlCommandResult.Done;
    }
}
