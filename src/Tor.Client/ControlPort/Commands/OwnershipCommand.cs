using Tunic.Tor.Protocol.Control.Arguments;

namespace Tunic.Tor.Client.ControlPort.Commands;

/// <summary>TAKEOWNERSHIP: the program ends with this connection. DROPOWNERSHIP: it does not.</summary>
internal sealed class OwnershipCommand(string name, bool owns) : QuickCommand(name, ControlSyntax.Words)
{
    private protected override ControlCommandResult Run(ControlSession session, ControlArguments arguments)
    {
        session.IsOwner = owns;
        return ControlCommandResult.Done;
    }
}
