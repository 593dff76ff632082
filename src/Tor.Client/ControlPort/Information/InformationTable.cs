using static Tunic.Tor.Client.ControlPort.Information.InformationItem;

namespace Tunic.Tor.Client.ControlPort.Information;

/// <summary>All keys of GETINFO. The first that fits answers, as in stock.</summary>
internal sealed class InformationTable
{
    private readonly InformationItem[] _items;

    internal InformationTable(InformationSources sources)
    {
        _items =
        [
            .. ProgramInformation.Create(sources),
            .. ConfigurationInformation.Create(sources),
            .. DirectoryInformation.Create(sources),
            .. NetworkInformation.Create(sources),
            .. StatusInformation.Create(sources),
            .. RelayInformation.Create(sources),
            .. OnionInformation.Create(sources),
            Key("info/names", "List of GETINFO options, types, and documentation.", () => Describe()),
        ];
    }

    internal async Task<InformationAnswer> AnswerAsync(ControlSession session, string key, CancellationToken cancel)
    {
        foreach (InformationItem item in _items)
        {
            if (item.Answer is not null && (item.IsPrefix ? key.StartsWith(item.Name, StringComparison.Ordinal) : key == item.Name))
            {
                return await item.Answer(session, key, cancel);
            }
        }

        return InformationAnswer.NoSuchKey;
    }

    private string Describe() => string.Concat(_items
        .Where(item => item.Description is not null)
        .Select(item => $"{item.Name}{(item.IsPrefix ? "*" : "")} -- {item.Description}\n")
        .Order(StringComparer.Ordinal));
}
