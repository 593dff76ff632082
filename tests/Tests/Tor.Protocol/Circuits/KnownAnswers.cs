using System.Globalization;
using System.Security.Cryptography;

namespace Tunic.Tests.Tor.Protocol.Circuits;

/// <summary>One record of Vectors/Cgo.txt: named values, in the notation that the head of the file explains.</summary>
internal sealed class KnownAnswers
{
    private const string DigestPrefix = "sha256:";

    private readonly Dictionary<string, string> _fields = [];

    public string Title => _fields["title"];

    public byte[] this[string name]
    {
        get
        {
            string[] parts = _fields[name].Split('*');
            return parts.Length == 1
                ? Convert.FromHexString(parts[0])
                : [.. Enumerable.Repeat(Convert.FromHexString(parts[0])[0], int.Parse(parts[1], CultureInfo.InvariantCulture))];
        }
    }

    public void RequireEqual(string name, ReadOnlySpan<byte> actual)
    {
        if (_fields[name].StartsWith(DigestPrefix, StringComparison.Ordinal))
        {
            Assert.Equal(_fields[name][DigestPrefix.Length..], Convert.ToHexStringLower(SHA256.HashData(actual)));
            return;
        }

        Assert.Equal(Convert.ToHexStringLower(this[name]), Convert.ToHexStringLower(actual));
    }

    public static List<KnownAnswers> Read(string kind)
    {
        var records = new List<KnownAnswers>();
        string last = "";
        foreach (string line in File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Vectors", "Cgo.txt")))
        {
            if (line.Length == 0 || line[0] == '#')
            {
                continue;
            }

            if (line[0] == ' ')
            {
                records[^1]._fields[last] += line[1..];
                continue;
            }

            string[] parts = line.Split(' ', 2);
            last = parts[0];
            if (last == "kind")
            {
                records.Add(new KnownAnswers());
            }

            records[^1]._fields[last] = parts[1];
        }

        List<KnownAnswers> found = records.FindAll(record => record._fields["kind"] == kind);
        Assert.NotEmpty(found);
        return found;
    }
}
