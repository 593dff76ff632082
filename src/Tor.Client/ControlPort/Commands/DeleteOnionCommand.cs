using Tunic.Tor.Protocol.Control.Arguments;
using Tunic.Tor.Protocol.OnionServices;

namespace Tunic.Tor.Client.ControlPort.Commands;

/// <summary>DEL_ONION: ends a service that this controller has added, or one that was detached.</summary>
internal sealed class DeleteOnionCommand(OwnedOnionServices services) : ControlCommandHandler(
    "DEL_ONION", new ControlSyntax { MinArguments = 1, MaxArguments = 1 })
{
    internal override async Task<ControlCommandResult> RunAsync(ControlSession session, ControlArguments arguments, CancellationToken cancel) =>
        !OnionAddress.TryParse(arguments.Words[0], out OnionAddress address) ? ControlCommandResult.Of(512, "Malformed Onion Service id")
        : await services.RemoveAsync(address, session) ? ControlCommandResult.Done
        : ControlCommandResult.Of(552, "Unknown Onion Service id");
}
