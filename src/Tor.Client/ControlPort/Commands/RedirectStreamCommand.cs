using System.Globalization;
using Tunic.Primitives.Overlay;
using Tunic.Tor.Protocol.Control.Arguments;

namespace Tunic.Tor.Client.ControlPort.Commands;

/// <summary>REDIRECTSTREAM: another host, and perhaps another port, for a stream that is not on a circuit yet.</summary>
internal sealed class RedirectStreamCommand(TorClient client) : QuickCommand(
    "REDIRECTSTREAM", new ControlSyntax { MinArguments = 2, MaxArguments = int.MaxValue })
{
    private protected override ControlCommandResult Run(ControlSession session, ControlArguments arguments)
    {
        if (client.FindStream(arguments.Words[0]) is not { } record)
        {
            return ControlCommandResult.Of(552, $"Unknown stream \"{arguments.Words[0]}\"");
        }

        ushort port = record.Target.Port;
        if (arguments.Words.Count > 2
            && (!ushort.TryParse(arguments.Words[2], NumberStyles.None, CultureInfo.InvariantCulture, out port) || port == 0))
        {
            return ControlCommandResult.Of(512, $"Cannot parse port \"{arguments.Words[2]}\"");
        }

        client.Streams.Redirect(record, new HostAndPort(arguments.Words[1], port), tells: false);
        return ControlCommandResult.Done;
    }
}
