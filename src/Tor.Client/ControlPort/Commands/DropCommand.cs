using Microsoft.Extensions.Logging;
using Tunic.Tor.Protocol.Control.Arguments;

namespace Tunic.Tor.Client.ControlPort.Commands;

/// <summary>DROPGUARDS and DROPTIMEOUTS: forget what was learnt, with a warning the first time.</summary>
/// <param name="name">The command.</param>
/// <param name="danger">What the warning says.</param>
/// <param name="drop">Forgets it.</param>
/// <param name="log">Gets the warning.</param>
internal sealed partial class DropCommand(string name, string danger, Action drop, ILogger log) : QuickCommand(name, new ControlSyntax())
{
    private int _warned;

    private protected override ControlCommandResult Run(ControlSession session, ControlArguments arguments)
    {
        if (Interlocked.Exchange(ref _warned, 1) == 0)
        {
            LogDangerous(log, Name, danger);
        }

        drop();
        return ControlCommandResult.Done;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Command} is dangerous: {Danger}")]
    private static partial void LogDangerous(ILogger log, string command, string danger);
}
