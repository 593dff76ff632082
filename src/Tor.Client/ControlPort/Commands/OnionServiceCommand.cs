using Tunic.Tor.Protocol.Control.Arguments;

namespace Tunic.Tor.Client.ControlPort.Commands;

/// <summary>A command of onion services, which they do themselves.</summary>
internal sealed class OnionServiceCommand(string name, ControlSyntax syntax, IControlOnionServices services) : ControlCommandHandler(name, syntax)
{
    internal override async Task<ControlCommandResult> RunAsync(ControlSession session, ControlArguments arguments, CancellationToken cancel) =>
        new(await services.RunAsync(Name, arguments, session, cancel));
}
