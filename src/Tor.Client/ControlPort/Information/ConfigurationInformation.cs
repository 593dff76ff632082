using Tunic.Tor.Protocol.Control;
using Tunic.Tor.Protocol.Control.Arguments;
using static Tunic.Tor.Client.ControlPort.Information.InformationItem;

namespace Tunic.Tor.Client.ControlPort.Information;

/// <summary>What GETINFO tells of the configuration.</summary>
internal static class ConfigurationInformation
{
    internal static IEnumerable<InformationItem> Create(InformationSources sources)
    {
        IControlConfiguration configuration = sources.Environment.Configuration;
        return
        [
            Key("config-file", "Current location of the \"torrc\" file.", () => Text(configuration.File)),
            Key("config-defaults-file", "Current location of the defaults file.", () => Text(configuration.DefaultsFile)),
            Key("config-text", "Return the string that would be written by a saveconf command.", () => Text(configuration.Text)),
            Key("config-can-saveconf", "Is it possible to save the configuration to the \"torrc\" file?", () => configuration.CanSave ? "1" : "0"),
            Key("config/names", "List of configuration options, types, and documentation.", () =>
                string.Concat(configuration.Types.Select(option => $"{option.Key} {option.Value}\n"))),
            Key("config/defaults", "List of default values for configuration options. See also config/names", () =>
                string.Concat(configuration.Defaults.Select(option => $"{option.Key} {QuotedText.Quote(ControlText.FromUnicode(option.Value))}\n"))),
            Family("config/", "Current configuration values.", _ => InformationAnswer.NoSuchKey),
        ];
    }

    private static string? Text(string? text) => text is null ? null : ControlText.FromUnicode(text);
}
