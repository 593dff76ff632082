using System.Diagnostics.CodeAnalysis;
using Tunic.Tor.Protocol.Control.Arguments;

namespace Tunic.Tor.Client.ControlPort;

/// <summary>The configuration as controllers read and change it. Implemented by the program over its torrc.</summary>
/// <remarks>Thread safe. Text is Unicode; names of options are found in any case.</remarks>
public interface IControlConfiguration
{
    /// <summary>Raised after a change with the options that have another value now; null as value: back to the default.</summary>
    event Action<IReadOnlyList<KeyValuePair<string, string?>>>? Changed;

    /// <summary>Path of the torrc; null when there is none.</summary>
    string? File { get; }

    /// <summary>Path of the file with defaults; null when there is none.</summary>
    string? DefaultsFile { get; }

    /// <summary>The torrc that <see cref="TrySave"/> would write.</summary>
    string Text { get; }

    /// <summary>Whether it can be written without losing %include lines.</summary>
    bool CanSave { get; }

    /// <summary>Names and types of all options (GETINFO config/names).</summary>
    IReadOnlyList<KeyValuePair<string, string>> Types { get; }

    /// <summary>Names and defaults of the options that have one (GETINFO config/defaults).</summary>
    IReadOnlyList<KeyValuePair<string, string>> Defaults { get; }

    /// <summary>Reads an option.</summary>
    /// <param name="name">Its name in any case.</param>
    /// <param name="canonicalName">Its name as stock writes it.</param>
    /// <param name="lines">What is set, as lines of a torrc; none when it is unset.</param>
    /// <returns>False when there is no such option.</returns>
    bool TryGet(
        string name, [NotNullWhen(true)] out string? canonicalName, [NotNullWhen(true)] out IReadOnlyList<KeyValuePair<string, string>>? lines);

    /// <summary>Changes options, all of them or none.</summary>
    /// <param name="assignments">Name and value; an empty value stands for nothing, which with <paramref name="reset"/> is the default.</param>
    /// <param name="reset">RESETCONF.</param>
    ControlConfigurationResult Set(IReadOnlyList<ControlKeyword> assignments, bool reset);

    /// <summary>Replaces the torrc's lines by those of a text, as if the file had held them.</summary>
    ControlConfigurationResult Load(string text);

    /// <summary>Writes the torrc.</summary>
    /// <param name="force">Also when %include lines would be lost.</param>
    bool TrySave(bool force);
}
