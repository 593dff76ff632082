using Tunic.Tor.Protocol.Control.Arguments;

namespace Tunic.Tor.Client.ControlPort.Commands;

/// <summary>+POSTDESCRIPTOR: refused, since a client of microdescriptors has no use for a relay's own descriptor.</summary>
internal sealed class PostDescriptorCommand() : QuickCommand(
    "+POSTDESCRIPTOR", new ControlSyntax { AcceptsKeywords = true, AllowedKeywords = ["cache", "purpose"], TakesData = true })
{
    private protected override ControlCommandResult Run(ControlSession session, ControlArguments arguments) =>
        arguments.Find("purpose") is { } purpose && purpose.ToUpperInvariant() is not ("GENERAL" or "CONTROLLER" or "BRIDGE")
            ? ControlCommandResult.Of(552, $"Unknown purpose \"{purpose}\"")
        : arguments.Find("cache") is { } cache && cache.ToUpperInvariant() is not ("YES" or "NO")
            ? ControlCommandResult.Of(552, $"Unknown cache request \"{cache}\"")
        : ControlCommandResult.Of(251, "Descriptor not added");
}
