using Tunic.Tor.Protocol.Control.Arguments;

namespace Tunic.Tor.Client.ControlPort.Commands;

/// <summary>A command that waits for nothing.</summary>
internal abstract class QuickCommand(string name, ControlSyntax syntax) : ControlCommandHandler(name, syntax)
{
    internal sealed override Task<ControlCommandResult> RunAsync(ControlSession session, ControlArguments arguments, CancellationToken cancel) =>
        Task.FromResult(Run(session, arguments));

    private protected abstract ControlCommandResult Run(ControlSession session, ControlArguments arguments);
}
