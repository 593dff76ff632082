using System.Security.Cryptography;
using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.Handshakes;

namespace Tunic.Tor.Relay.Keys;

/// <summary>The current onion keys and the ones before them, with their files.</summary>
/// <remarks>The TAP key serves nobody, yet authorities refuse a descriptor without one; so it is made and kept like the other.</remarks>
internal sealed class OnionKeys
{
    private const string TapFile = "secret_onion_key";
    private const string NtorFile = "secret_onion_key_ntor";
    private const string OldSuffix = ".old";

    private readonly byte[] _secret = GC.AllocateArray<byte>(NtorKeyPair.KeyLength, pinned: true);

    private OnionKeys(RsaPrivateKey tap, NtorKeyPair ntor, RsaPrivateKey? oldTap, NtorKeyPair? oldNtor)
    {
        Tap = tap;
        Ntor = ntor;
        OldTap = oldTap;
        OldNtor = oldNtor;
        ntor.CopyPrivateKeyTo(_secret);
    }

    public RsaPrivateKey Tap { get; }

    public NtorKeyPair Ntor { get; }

    /// <summary>Kept only so that the file goes on to be what stock tor expects.</summary>
    public RsaPrivateKey? OldTap { get; }

    public NtorKeyPair? OldNtor { get; }

    /// <summary>A copy of the current ntor key's secret, for the descriptor; wiped with the old keys when these are replaced.</summary>
    public ReadOnlyMemory<byte> NtorSecret => _secret;

    /// <summary>What the keys that come after these do not use.</summary>
    public IEnumerable<IDisposable> Outdated => new IDisposable?[] { new Wiping(_secret), OldTap, OldNtor }.OfType<IDisposable>();

    /// <summary>Reads the keys; makes the current ones when missing.</summary>
    public static async Task<OnionKeys> LoadAsync(RelayKeyFiles files, RandomSource random, CancellationToken cancel)
    {
        RsaPrivateKey? tap = await files.ReadRsaAsync(TapFile, cancel);
        NtorKeyPair? ntor = await files.ReadNtorAsync(NtorFile, cancel);
        RsaPrivateKey? oldTap = await files.ReadRsaAsync(TapFile + OldSuffix, cancel);
        NtorKeyPair? oldNtor = await files.ReadNtorAsync(NtorFile + OldSuffix, cancel);
        if (tap is null)
        {
            tap = RsaPrivateKey.Generate(1024);
            files.Write(TapFile, tap);
        }

        if (ntor is null)
        {
            ntor = NtorKeyPair.Generate(random);
            files.WriteNtor(NtorFile, ntor);
        }

        return new OnionKeys(tap, ntor, oldTap, oldNtor);
    }

    /// <summary>New keys in place of the current ones, which become the old ones. Older ones are for the caller to wipe.</summary>
    public OnionKeys Replace(RelayKeyFiles files, RandomSource random)
    {
        var next = new OnionKeys(RsaPrivateKey.Generate(1024), NtorKeyPair.Generate(random), Tap, Ntor);
        files.Write(TapFile + OldSuffix, Tap);
        files.Write(TapFile, next.Tap);
        files.WriteNtor(NtorFile + OldSuffix, Ntor);
        files.WriteNtor(NtorFile, next.Ntor);
        return next;
    }

    /// <summary>The same without old keys, and their files removed.</summary>
    public async Task<OnionKeys> ForgetOldAsync(RelayKeyFiles files, CancellationToken cancel)
    {
        await files.DeleteAsync(TapFile + OldSuffix, cancel);
        await files.DeleteAsync(NtorFile + OldSuffix, cancel);
        return new OnionKeys(Tap, Ntor, oldTap: null, oldNtor: null);
    }

    public NtorKeyRing CreateRing(RandomSource random) => OldNtor is null ? new NtorKeyRing(random, Ntor) : new NtorKeyRing(random, Ntor, OldNtor);

    private sealed class Wiping(byte[] secret) : IDisposable
    {
        public void Dispose() => CryptographicOperations.ZeroMemory(secret);
    }
}
