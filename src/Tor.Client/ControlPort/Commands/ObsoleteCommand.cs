using Tunic.Tor.Protocol.Control.Arguments;

namespace Tunic.Tor.Client.ControlPort.Commands;

/// <summary>A command that stock knew once.</summary>
internal sealed class ObsoleteCommand(string name) : QuickCommand(name, ControlSyntax.Words)
{
    private protected override ControlCommandResult Run(ControlSession session, ControlArguments arguments) =>
        ControlCommandResult.Of(511, $"{Name} is obsolete.");
}
