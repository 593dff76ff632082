using System.Collections;

namespace Tunic.Node.Configuration.Settings;

/// <summary>Reads settings from the environment: TUNIC__CLIENT__SOCKS_PORT=9260.</summary>
internal static class SettingsVariables
{
    private const string Separator = "__";
    private const string Prefix = "TUNIC" + Separator;

    /// <param name="variables">The process's environment.</param>
    internal static IReadOnlyList<Setting> Read(IDictionary variables) =>
    [
        .. variables.Keys.Cast<string>()
            .Where(name => name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
            .Order(StringComparer.Ordinal)
            .Select(name => new Setting(
                name[Prefix.Length..].Split(Separator), (string?)variables[name] ?? "", $"the environment variable {name}")),
    ];
}
