using System.Text;
using System.Text.Unicode;

namespace Tunic.Tor.Protocol.Paths.Guards;

/// <summary>The lines of stock tor's file "state", in which a client keeps its guards and a relay the age of its keys: a keyword, a space, a value.</summary>
public static class StateFile
{

    /// <summary>Reads the lines, without comments.</summary>
    /// <param name="content">The whole file.</param>
    /// <param name="lines">Keyword and value of each line, in order.</param>
    /// <param name="fault">A clause that says what is wrong; null when all is well.</param>
    /// <returns>False when it is no such file: whoever went on would lose what it was.</returns>
    public static bool TryRead(ReadOnlySpan<byte> content, out IReadOnlyList<KeyValuePair<string, string>> lines, out string? fault)
    {
        var read = new List<KeyValuePair<string, string>>();
        lines = read;
        fault = content.IsEmpty ? "it is empty" : !Utf8.IsValid(content) || content.Contains((byte)0) ? "it is no text" : null;
        if (fault is not null)
        {
            return false;
        }

        int number = 0;
        foreach (string line in Encoding.UTF8.GetString(content).Split('\n').Select(line => line.TrimEnd('\r')))
        {
            number++;
            if (line.Length == 0 || line[0] == '#')
            {
                continue;
            }

            string[] parts = line.Split(' ', 2);
            if (parts[0].Length == 0 || !IsKeyword(parts[0]))
            {
                fault = $"line {number} is none of a state file";
                return false;
            }

            read.Add(new KeyValuePair<string, string>(parts[0], parts.Length == 2 ? parts[1] : ""));
        }

        return true;
    }

    /// <summary>All that tor has ever written begin with a capital; keywords that we do not know are those of other versions.</summary>
    private static bool IsKeyword(string word) =>
        char.IsAsciiLetterUpper(word[0]) && word.All(character => character == '_' || char.IsAsciiLetterOrDigit(character));
}
