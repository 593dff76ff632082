using Microsoft.Extensions.Logging;
using Tunic.Tor.Protocol.Control.Arguments;

namespace Tunic.Tor.Client.ControlPort.Commands;

/// <summary>DROPTIMEOUTS.</summary>
internal sealed partial class DropTimeoutsCommand(ControlEnvironment environment) : QuickCommand("DROPTIMEOUTS", new ControlSyntax())
{
    private int _warned;

    private protected override ControlCommandResult Run(ControlSession session, ControlArguments arguments)
    {
        if (Interlocked.Exchange(ref _warned, 1) == 0)
        {
            LogDangerous(environment.Log);
        }

        environment.Client.Planner.DropBuildTimes();
        return ControlCommandResult.Done;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "DROPTIMEOUTS is dangerous: until build times are learnt again, slow circuits are used")]
    private static partial void LogDangerous(ILogger log);
}
