using System.Reflection;

namespace Tunic.Tor.Network.NetworkDirectory.Profiles;

/// <summary>The public Tor network, from the table built into the program. Used only where the user names it.</summary>
public static class PublicTorNetwork
{
    /// <summary>What `--network` calls it; no network of one's own can have the name.</summary>
    public const string Name = "tor";

    private const string ResourceName = "PublicTorNetwork.txt";
    private static readonly Lazy<NetworkProfile> LazyProfile = new(ReadTable);

    /// <summary>Its authorities and fallback directories, as stock tor 0.4.9 has them built in.</summary>
    public static NetworkProfile Profile => LazyProfile.Value;

    private static NetworkProfile ReadTable()
    {
        using Stream table = Assembly.GetExecutingAssembly().GetManifestResourceStream(ResourceName)
            ?? throw new InvalidOperationException($"{ResourceName} was not built in");
        using var reader = new StreamReader(table);
        var authorities = new List<DirectoryAuthority>();
        var fallbacks = new List<FallbackDirectory>();
        while (reader.ReadLine() is { } line)
        {
            string[] words = line.Split(' ');
            if (words[0] == NetworkLines.Authority && NetworkLines.TryRead(words, out DirectoryAuthority? authority))
            {
                authorities.Add(authority);
            }
            else if (words[0] == NetworkLines.Fallback && NetworkLines.TryRead(words, out FallbackDirectory? fallback))
            {
                fallbacks.Add(fallback);
            }
            else if (words[0] != "#")
            {
                throw new InvalidOperationException($"{ResourceName}: {line}");
            }
        }

        return new NetworkProfile { Name = Name, Authorities = authorities, Fallbacks = fallbacks };
    }
}
