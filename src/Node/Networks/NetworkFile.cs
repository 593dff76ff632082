using Tunic.Primitives.Keys;
using Tunic.Tor.Network.NetworkDirectory;

namespace Tunic.Node.Networks;

/// <summary>All that a newcomer needs to join a private network, signed by the network's key (docs/spec/network-file.md).</summary>
internal sealed record NetworkFile
{
    /// <summary>1 to 32 of a-z, 0-9 and '-', not beginning with '-'; never "tor".</summary>
    internal required string Name { get; init; }

    /// <summary>Rises with every change; a lower one than the last seen is refused.</summary>
    internal required long Serial { get; init; }

    /// <summary>Who signs. Its 64 hexadecimal digits are the network's fingerprint.</summary>
    internal required Ed25519Identity Key { get; init; }

    /// <summary>Relays have private addresses.</summary>
    internal bool IsPrivate { get; init; }

    internal required IReadOnlyList<DirectoryAuthority> Authorities { get; init; }

    internal IReadOnlyList<FallbackDirectory> Fallbacks { get; init; } = [];

    /// <summary>Consensus parameters that the network's authorities vote for.</summary>
    internal IReadOnlyList<KeyValuePair<string, int>> Parameters { get; init; } = [];

    internal NetworkProfile ToProfile() =>
        new() { Name = Name, Authorities = Authorities, Fallbacks = Fallbacks, IsPrivate = IsPrivate, HasLiveness = true };

    internal static bool IsName(string name) =>
        name.Length is > 0 and <= 32
        && name[0] != '-'
        && name != PublicTorNetwork.Name
        && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');
}
