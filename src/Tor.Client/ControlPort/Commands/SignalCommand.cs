using Tunic.Tor.Protocol.Control.Arguments;

namespace Tunic.Tor.Client.ControlPort.Commands;

/// <summary>SIGNAL.</summary>
internal sealed class SignalCommand(IControlProcess process) : QuickCommand("SIGNAL", new ControlSyntax { MinArguments = 1, MaxArguments = 1 })
{
    private protected override ControlCommandResult Run(ControlSession session, ControlArguments arguments) =>
        ControlSignalNames.Find(arguments.Words[0]) is { } signal
            ? ControlCommandResult.Done with { Afterwards = () => process.Signal(signal) }
            : ControlCommandResult.Of(552, $"Unrecognized signal code \"{arguments.Words[0]}\"");
}
