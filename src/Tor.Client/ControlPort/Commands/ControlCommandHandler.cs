using Tunic.Tor.Protocol.Control.Arguments;

namespace Tunic.Tor.Client.ControlPort.Commands;

/// <summary>One command of the control protocol.</summary>
/// <param name="name">In upper case; with a plus sign when lines of data follow.</param>
/// <param name="syntax">Its arguments.</param>
internal abstract class ControlCommandHandler(string name, ControlSyntax syntax)
{
    internal string Name => name;

    internal ControlSyntax Syntax => syntax;

    /// <summary>Does it. The next command of the session waits for the end.</summary>
    internal abstract Task<ControlCommandResult> RunAsync(ControlSession session, ControlArguments arguments, CancellationToken cancel);
}
