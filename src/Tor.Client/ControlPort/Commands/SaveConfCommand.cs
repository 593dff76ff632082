using Tunic.Tor.Protocol.Control.Arguments;

namespace Tunic.Tor.Client.ControlPort.Commands;

/// <summary>SAVECONF: writes the torrc.</summary>
internal sealed class SaveConfCommand(IControlConfiguration configuration) : QuickCommand(
    "SAVECONF", new ControlSyntax { AcceptsKeywords = true, Keywords = KeywordRules.OmitValues })
{
    private protected override ControlCommandResult Run(ControlSession session, ControlArguments arguments) =>
        configuration.TrySave(arguments.HasFlag("FORCE"))
            ? ControlCommandResult.Done
            : ControlCommandResult.Of(551, "Unable to write configuration to disk.");
}
