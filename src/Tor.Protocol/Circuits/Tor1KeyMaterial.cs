namespace Tunic.Tor.Protocol.Circuits;

/// <summary>How tor1 cuts its key material: Df, Db, Kf, Kb (tor-spec, "KDF-TOR"; rend-spec-v3, "Key expansion").</summary>
/// <param name="OnionService">True for SHA3-256 and AES-256, false for SHA-1 and AES-128.</param>
internal readonly record struct Tor1KeyMaterial(bool OnionService)
{
    public static Tor1KeyMaterial OfRelay { get; } = new(OnionService: false);

    public static Tor1KeyMaterial OfOnionService { get; } = new(OnionService: true);

    private int SeedLength => OnionService ? 32 : 20;

    private int CipherKeyLength => OnionService ? 32 : 16;

    public int Length => 2 * (SeedLength + CipherKeyLength);

    public Tor1Direction CreateForward(ReadOnlySpan<byte> material) => Create(
        material[..SeedLength],
        material.Slice(2 * SeedLength, CipherKeyLength));

    public Tor1Direction CreateBackward(ReadOnlySpan<byte> material) => Create(
        material.Slice(SeedLength, SeedLength),
        material.Slice((2 * SeedLength) + CipherKeyLength, CipherKeyLength));

    private Tor1Direction Create(ReadOnlySpan<byte> seed, ReadOnlySpan<byte> cipherKey)
    {
        return OnionService
            ? new Tor1Direction(new Tor1Digest.Sha3Kind(), new Tor1Digest.Sha3Kind(), seed, cipherKey)
            : new Tor1Direction(new Tor1Digest.Sha1Kind(), new Tor1Digest.Sha1Kind(), seed, cipherKey);
    }
}
