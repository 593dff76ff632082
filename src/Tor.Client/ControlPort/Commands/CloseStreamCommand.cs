using System.Globalization;
using Tunic.Tor.Client.Streams.Register;
using Tunic.Tor.Protocol.Control.Arguments;
using Tunic.Tor.Protocol.Errors;

namespace Tunic.Tor.Client.ControlPort.Commands;

/// <summary>CLOSESTREAM.</summary>
internal sealed class CloseStreamCommand(TorClient client) : QuickCommand(
    "CLOSESTREAM", new ControlSyntax { MinArguments = 2, MaxArguments = int.MaxValue })
{
    private protected override ControlCommandResult Run(ControlSession session, ControlArguments arguments)
    {
        if (client.FindStream(arguments.Words[0]) is not { } record)
        {
            return ControlCommandResult.Of(552, $"Unknown stream \"{arguments.Words[0]}\"");
        }

        if (!byte.TryParse(arguments.Words[1], NumberStyles.None, CultureInfo.InvariantCulture, out byte reason))
        {
            return ControlCommandResult.Of(552, $"Unrecognized reason \"{arguments.Words[1]}\"");
        }

        StreamRegister.Close(record, (EndReason)reason);
        return ControlCommandResult.Done;
    }
}
