using Tunic.Tor.Protocol.Control.Arguments;

namespace Tunic.Tor.Client.ControlPort.Commands;

/// <summary>USEFEATURE: the two features that there are have been on for long.</summary>
internal sealed class UseFeatureCommand() : QuickCommand("USEFEATURE", ControlSyntax.Words)
{
    private protected override ControlCommandResult Run(ControlSession session, ControlArguments arguments) =>
        arguments.Words.FirstOrDefault(name => name.ToUpperInvariant() is not ("VERBOSE_NAMES" or "EXTENDED_EVENTS")) is { } unknown
            ? ControlCommandResult.Of(552, $"Unrecognized feature \"{unknown}\"")
            : ControlCommandResult.Done;
}
