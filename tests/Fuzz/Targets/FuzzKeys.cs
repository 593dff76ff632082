using System.Text;
using Tunic.Primitives.Cryptography;
using Tunic.Tests.Fuzz.Engine;

namespace Tunic.Tests.Fuzz.Targets;

/// <summary>The keys of a relay of stock tor, the same in every run: from the vectors of the unit tests.</summary>
internal static class FuzzKeys
{
    public static RsaPrivateKey RelayIdentity { get; } = ReadRsa("relay-identity");

    public static RsaPrivateKey RelayTapOnion { get; } = ReadRsa("relay-tap-onion");

    public static RsaPrivateKey AuthorityIdentity { get; } = ReadRsa("authority-identity");

    public static RsaPrivateKey AuthoritySigning { get; } = ReadRsa("authority-signing");

    public static byte[] RelayNtorOnion { get; } = Read("relay-ntor-onion");

    public static Ed25519PrivateKey RelaySigning { get; } = Ed25519PrivateKey.FromExpanded(Read("relay-signing"));

    private static RsaPrivateKey ReadRsa(string name) =>
        RsaPrivateKey.TryParse(Read(name), out RsaPrivateKey? key) ? key : throw new InvalidDataException($"the vector of {name} is no key");

    private static byte[] Read(string name)
    {
        string path = Path.Combine(FuzzFiles.Vectors, "StockNetwork", "auth0-keys.txt");
        string line = File.ReadLines(path, Encoding.ASCII).Single(line => line.StartsWith(name + " ", StringComparison.Ordinal));
        return Convert.FromHexString(line[(name.Length + 1)..]);
    }
}
