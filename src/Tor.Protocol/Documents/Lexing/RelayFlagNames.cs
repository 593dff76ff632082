using System.Text;

namespace Tunic.Tor.Protocol.Documents.Lexing;

/// <summary>The words of relay flags, in the order in which documents list them.</summary>
internal static class RelayFlagNames
{
    private static readonly (byte[] Name, RelayFlags Flag)[] Names =
        [.. Enum.GetValues<RelayFlags>().Where(flag => flag != RelayFlags.None)
            .Select(flag => (Encoding.ASCII.GetBytes(flag.ToString()), flag))
            .OrderBy(pair => pair.flag.ToString(), StringComparer.Ordinal)];

    /// <summary>The flag with this name; None when this program does not know it.</summary>
    public static RelayFlags Parse(ReadOnlySpan<byte> name)
    {
        foreach ((byte[] candidate, RelayFlags flag) in Names)
        {
            if (name.SequenceEqual(candidate))
            {
                return flag;
            }
        }

        return RelayFlags.None;
    }

    /// <summary>" Exit Fast": each name after a space, ordered as bytes.</summary>
    public static string Format(RelayFlags flags)
    {
        var text = new StringBuilder();
        foreach ((byte[] name, RelayFlags flag) in Names)
        {
            if (flags.HasFlag(flag))
            {
                text.Append(' ').Append(Encoding.ASCII.GetString(name));
            }
        }

        return text.ToString();
    }
}
