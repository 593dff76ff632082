using Microsoft.Extensions.Logging;
using Tunic.Tor.Protocol.Control.Arguments;

namespace Tunic.Tor.Client.ControlPort.Commands;

/// <summary>DROPGUARDS.</summary>
internal sealed partial class DropGuardsCommand(ControlEnvironment environment) : QuickCommand("DROPGUARDS", new ControlSyntax())
{
    private int _warned;

    private protected override ControlCommandResult Run(ControlSession session, ControlArguments arguments)
    {
        if (Interlocked.Exchange(ref _warned, 1) == 0)
        {
            LogDangerous(environment.Log);
        }

        environment.Client.Planner.DropGuards();
        return ControlCommandResult.Done;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "DROPGUARDS is dangerous: each new choice of guards is one more chance to choose an attacker's")]
    private static partial void LogDangerous(ILogger log);
}
