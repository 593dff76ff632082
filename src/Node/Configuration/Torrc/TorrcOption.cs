namespace Tunic.Node.Configuration.Torrc;

/// <summary>One row of <see cref="TorrcOptionTable"/>.</summary>
/// <param name="Name">Canonical spelling; options are found in any case.</param>
/// <param name="Type">How its value is written.</param>
/// <param name="Default">As it would stand in a torrc; null for unset.</param>
/// <param name="Support">What this program does with it.</param>
/// <param name="RefusalReason">One sentence, where <paramref name="Support"/> is Refused.</param>
internal sealed record TorrcOption(string Name, TorrcOptionType Type, string? Default, TorrcOptionSupport Support, string? RefusalReason = null)
{
    /// <summary>Lines add up instead of replacing each other.</summary>
    internal bool IsList => Type is TorrcOptionType.LineList or TorrcOptionType.LineListPart or TorrcOptionType.LineListWhole;

    /// <summary>Name under which its values are kept: parts of one list share it.</summary>
    internal string StorageName
    {
        get
        {
            if (Type != TorrcOptionType.LineListPart)
            {
                return Name;
            }

            return Name.StartsWith("HiddenService", StringComparison.Ordinal) ? "HiddenServiceOptions" : Name.TrimStart('_') + "Lines";
        }
    }
}
