using Tunic.Tor.Protocol.Control.Replies;

namespace Tunic.Tor.Protocol.Control.Authentication;

/// <summary>What comes of a command before a controller is let in.</summary>
/// <param name="Reply">The answer.</param>
/// <param name="IsAccepted">The controller is in.</param>
/// <param name="Closes">The connection ends after the answer.</param>
public sealed record AuthenticationStep(ControlReply Reply, bool IsAccepted = false, bool Closes = false)
{
    internal static AuthenticationStep Refuse(int code, string text) => new(ControlReply.Of(code, text), Closes: true);
}
