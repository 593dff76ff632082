using Tunic.Primitives.Keys;

namespace Tunic.Tor.Network.NetworkDirectory.Profiles;

/// <summary>All that a newcomer needs to join a private network, signed by the network's key (docs/spec/network-file.md).</summary>
public sealed record NetworkFile
{
    /// <summary>1 to 32 of a-z, 0-9 and '-', not beginning with '-'; never "tor".</summary>
    public required string Name { get; init; }

    /// <summary>Rises with every change; a lower one than the last seen is refused.</summary>
    public required long Serial { get; init; }

    /// <summary>Who signs. Its 64 hexadecimal digits are the network's fingerprint.</summary>
    public required Ed25519Identity Key { get; init; }

    /// <summary>Relays have private addresses.</summary>
    public bool IsPrivate { get; init; }

    /// <summary>At least one, at most 64.</summary>
    public required IReadOnlyList<DirectoryAuthority> Authorities { get; init; }

    /// <summary>At most 1000.</summary>
    public IReadOnlyList<FallbackDirectory> Fallbacks { get; init; } = [];

    /// <summary>Consensus parameters that the network's authorities vote for.</summary>
    public IReadOnlyList<KeyValuePair<string, int>> Parameters { get; init; } = [];

    /// <summary>The network as a client or relay knows it.</summary>
    public NetworkProfile ToProfile() =>
        new() { Name = Name, Authorities = Authorities, Fallbacks = Fallbacks, IsPrivate = IsPrivate, HasLiveness = true };

    /// <summary>Whether a network of one's own may be called so.</summary>
    public static bool IsName(string name) =>
        name.Length is > 0 and <= 32
        && name[0] != '-'
        && name != PublicTorNetwork.Name
        && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');
}
