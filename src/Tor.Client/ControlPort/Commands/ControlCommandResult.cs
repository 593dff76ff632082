using Tunic.Tor.Protocol.Control.Authentication;
using Tunic.Tor.Protocol.Control.Replies;

namespace Tunic.Tor.Client.ControlPort.Commands;

/// <summary>What came of a command.</summary>
/// <param name="Reply">The answer.</param>
/// <param name="Closes">The connection ends after it.</param>
internal sealed record ControlCommandResult(ControlReply Reply, bool Closes = false)
{
    /// <summary>250 OK.</summary>
    internal static ControlCommandResult Done => new(ControlReply.Done);

    /// <summary>To be done once the answer is on its way.</summary>
    internal Action? Afterwards { get; init; }

    internal static ControlCommandResult Of(int code, string text) => new(ControlReply.Of(code, text));

    internal static ControlCommandResult From(AuthenticationStep step) => new(step.Reply, step.Closes);
}
