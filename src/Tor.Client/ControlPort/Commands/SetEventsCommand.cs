using Microsoft.Extensions.Logging;
using Tunic.Tor.Protocol.Control.Arguments;
using Tunic.Tor.Protocol.Control.Events;

namespace Tunic.Tor.Client.ControlPort.Commands;

/// <summary>SETEVENTS: these events from now on, and no others.</summary>
internal sealed partial class SetEventsCommand(ILogger log) : QuickCommand("SETEVENTS", ControlSyntax.Words)
{
    private protected override ControlCommandResult Run(ControlSession session, ControlArguments arguments)
    {
        var kinds = new HashSet<ControlEventKind>();
        foreach (string name in arguments.Words)
        {
            if (name.ToUpperInvariant() is "EXTENDED" or "AUTHDIR_NEWDESCS")
            {
                LogObsolete(log, name);
            }
            else if (ControlEventNames.TryFind(name, out ControlEventKind kind))
            {
                kinds.Add(kind);
            }
            else
            {
                return ControlCommandResult.Of(552, $"Unrecognized event \"{name}\"");
            }
        }

        session.Want(kinds);
        return ControlCommandResult.Done;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The \"{Name}\" SETEVENTS argument is no longer supported.")]
    private static partial void LogObsolete(ILogger log, string name);
}
