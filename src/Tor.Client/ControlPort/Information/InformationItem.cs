namespace Tunic.Tor.Client.ControlPort.Information;

/// <summary>A key of GETINFO, or a family of keys.</summary>
/// <param name="Name">The key; with <paramref name="IsPrefix"/> what it begins with.</param>
/// <param name="Description">For GETINFO info/names; null for a key that is not listed there.</param>
/// <param name="IsPrefix">Stands for all keys that begin so.</param>
/// <param name="Answer">Gives the answer to the key as asked; null for a line that only describes a key of a family.</param>
internal sealed record InformationItem(
    string Name, string? Description, bool IsPrefix, Func<ControlSession, string, CancellationToken, Task<InformationAnswer>>? Answer)
{
    internal static InformationItem Key(string name, string? description, Func<InformationAnswer> answer) =>
        new(name, description, IsPrefix: false, (_, _, _) => Task.FromResult(answer()));

    /// <summary>A family of keys; what follows the prefix is given to <paramref name="answer"/>.</summary>
    internal static InformationItem Family(string prefix, string? description, Func<string, InformationAnswer> answer) =>
        new(prefix, description, IsPrefix: true, (_, key, _) => Task.FromResult(answer(key[prefix.Length..])));

    /// <summary>Describes a key of a family.</summary>
    internal static InformationItem Note(string name, string description) => new(name, description, IsPrefix: false, null);
}
