using Tunic.Tor.Client.Circuits.Register;
using Tunic.Tor.Protocol.Control.Arguments;

namespace Tunic.Tor.Client.ControlPort.Commands;

/// <summary>CLOSECIRCUIT.</summary>
internal sealed class CloseCircuitCommand(TorClient client) : QuickCommand(
    "CLOSECIRCUIT", new ControlSyntax { MinArguments = 1, MaxArguments = 1, AcceptsKeywords = true, Keywords = KeywordRules.OmitValues })
{
    private protected override ControlCommandResult Run(ControlSession session, ControlArguments arguments)
    {
        if (client.FindCircuit(arguments.Words[0]) is not { } record)
        {
            return ControlCommandResult.Of(552, $"Unknown circuit \"{arguments.Words[0]}\"");
        }

        if (!arguments.HasFlag("IfUnused") || record.Circuit is not { StreamCount: > 0 })
        {
            ControlledCircuits.Close(record);
        }

        return ControlCommandResult.Done;
    }
}
