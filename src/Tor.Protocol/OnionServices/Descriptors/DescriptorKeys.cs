using System.Security.Cryptography;
using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.OnionServices.Authorization;

namespace Tunic.Tor.Protocol.OnionServices.Descriptors;

/// <summary>
/// The keys with which a service writes all versions of its descriptor of one period. They stay the same from version to version, the lines
/// of clients too: fakes that change beside true ones that do not would tell how many there are.
/// </summary>
/// <remarks>Not for several threads at once. Dispose wipes the secrets.</remarks>
public sealed class DescriptorKeys : IDisposable
{
    private const int ClientMultiple = 16;

    private readonly RevisionCounter _counter;
    private readonly byte[] _cookie;

    private DescriptorKeys(
        BlindedKeyPair blindedKeys, PeriodCredential credential, Ed25519PrivateKey signingKey, byte[] cookie, byte[] ephemeralKey, AuthorizedClient[] clients)
    {
        BlindedKeys = blindedKeys;
        Credential = credential;
        SigningKey = signingKey;
        _cookie = cookie;
        EphemeralKey = ephemeralKey;
        Clients = clients;
        _counter = RevisionCounter.Create(blindedKeys);
    }

    /// <summary>Name of the descriptor and subcredential of the service in the period.</summary>
    public PeriodCredential Credential { get; }

    /// <summary>Only known clients can read the descriptor.</summary>
    public bool RequiresAuthorization => _cookie.Length != 0;

    internal BlindedKeyPair BlindedKeys { get; }

    /// <summary>Signs the descriptor and certifies the keys of introduction points.</summary>
    internal Ed25519PrivateKey SigningKey { get; }

    /// <summary>The public key of client authorization, 32 bytes; its private half was used once and is gone.</summary>
    internal ReadOnlyMemory<byte> EphemeralKey { get; }

    /// <summary>True and fake lines in random order, a multiple of 16.</summary>
    internal IReadOnlyList<AuthorizedClient> Clients { get; }

    /// <summary>Empty when everybody can read the descriptor.</summary>
    internal ReadOnlySpan<byte> Cookie => _cookie;

    /// <summary>Makes the keys for a period.</summary>
    /// <param name="identity">The service's identity; stays the caller's.</param>
    /// <param name="period">The period.</param>
    /// <param name="authorizedClients">X25519 public keys, 32 bytes each, of those who may read the descriptor; none for everybody.</param>
    /// <param name="random">Source of the keys.</param>
    public static DescriptorKeys Create(
        Ed25519PrivateKey identity, TimePeriod period, IReadOnlyCollection<ReadOnlyMemory<byte>> authorizedClients, RandomSource random)
    {
        BlindedKeyPair blindedKeys = BlindedKeyPair.Create(identity, period);
        Subcredential subcredential = Subcredential.Create(identity.PublicKey, blindedKeys.PublicKey);
        using ClientAuthorizationKey ephemeral = ClientAuthorizationKey.Generate(random);
        byte[] cookie = [];
        if (authorizedClients.Count != 0)
        {
            cookie = GC.AllocateArray<byte>(AuthorizedClient.CookieLength, pinned: true);
            random.Fill(cookie);
        }

        List<AuthorizedClient> clients =
            [.. authorizedClients.Select(key => AuthorizedClient.Create(subcredential, key.Span, ephemeral.PrivateKey, cookie, random))];
        while (clients.Count == 0 || clients.Count % ClientMultiple != 0)
        {
            clients.Add(AuthorizedClient.CreateFake(random));
        }

        return new DescriptorKeys(
            blindedKeys,
            new PeriodCredential(period, blindedKeys.PublicKey, subcredential),
            Ed25519PrivateKey.Generate(random),
            cookie,
            ephemeral.PublicKey.ToArray(),
            Shuffle(clients, random));
    }

    /// <summary>The revision counter of a version that is written now.</summary>
    /// <param name="now">Wall clock, UTC.</param>
    /// <param name="runStart">When the run began whose value places the descriptor.</param>
    public ulong GetRevisionCounter(DateTime now, DateTime runStart) => _counter.At(now, runStart);

    /// <inheritdoc/>
    public void Dispose()
    {
        BlindedKeys.Dispose();
        SigningKey.Dispose();
        _counter.Dispose();
        CryptographicOperations.ZeroMemory(_cookie);
    }

    private static AuthorizedClient[] Shuffle(List<AuthorizedClient> clients, RandomSource random)
    {
        for (int last = clients.Count - 1; last > 0; last--)
        {
            int other = random.NextInt32(last + 1);
            (clients[last], clients[other]) = (clients[other], clients[last]);
        }

        return [.. clients];
    }
}
