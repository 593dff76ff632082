using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Keys;
using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.Certificates;

namespace Tunic.Tor.Relay.Keys;

/// <summary>The Ed25519 identity, the signing key that acts for it, and the certificate between them, with their files (routerkeys.c, load_ed_keys).</summary>
/// <remarks>The identity's secret is read only to certify a new signing key, and wiped at once.</remarks>
internal sealed record SigningKeys(Ed25519Identity Identity, Ed25519PrivateKey Signing, Ed25519Certificate Certificate)
{
    private const string MasterSecretFile = "ed25519_master_id_secret_key";
    private const string MasterPublicFile = "ed25519_master_id_public_key";
    private const string SigningSecretFile = "ed25519_signing_secret_key";
    private const string SigningCertificateFile = "ed25519_signing_cert";
    private const string MasterTag = "type0";
    private const string SigningTag = "type4";

    /// <summary>Reads the keys; makes what is missing or about to end, as far as the identity's secret is at hand.</summary>
    /// <exception cref="KeyFileException">A file is bad, or a new signing key is needed and the identity's secret is not there.</exception>
    public static async Task<SigningKeys> LoadAsync(
        RelayKeyFiles files, RelayKeyOptions options, DateTime now, RandomSource random, CancellationToken cancel)
    {
        Ed25519PrivateKey? signing = await files.ReadSecretAsync(SigningSecretFile, SigningTag, cancel);
        Ed25519Certificate? certificate = await files.ReadCertificateAsync(SigningCertificateFile, SigningTag, cancel);
        if (signing is null || certificate is null)
        {
            return await MakeAsync(files, options, known: null, "there is none", now, random, cancel);
        }

        Ed25519Identity? known = await files.ReadPublicAsync(MasterPublicFile, MasterTag, cancel);
        var keys = new SigningKeys(RequireBelonging(files, signing, certificate, known), signing, certificate);
        if (known is null)
        {
            files.WritePublic(MasterPublicFile, MasterTag, keys.Identity);
        }

        return await keys.RenewAsync(files, options, now, random, cancel) ?? keys;
    }

    /// <summary>When a new signing key should be there, UTC.</summary>
    public DateTime DueFor(RelayKeyOptions options) => Certificate.ExpiresAt - options.SigningKeySlop;

    /// <summary>A new signing key when this one ends soon and the identity's secret is at hand; null to go on with this one.</summary>
    /// <exception cref="KeyFileException">This one has ended and there is no other.</exception>
    public async Task<SigningKeys?> RenewAsync(
        RelayKeyFiles files, RelayKeyOptions options, DateTime now, RandomSource random, CancellationToken cancel)
    {
        if (now < DueFor(options))
        {
            return null;
        }

        if (await ReadReplacementAsync(files, options, now, cancel) is { } brought)
        {
            return brought;
        }

        bool hasEnded = Certificate.IsExpired(now);

        bool canRenew = !options.HasOfflineMasterKey && await files.ExistsAsync(MasterSecretFile, cancel);
        return hasEnded || canRenew
            ? await MakeAsync(files, options, Identity, $"the one at hand ended at {Certificate.ExpiresAt:u}", now, random, cancel)
            : null;
    }

    /// <summary>A longer-lived key that somebody put into the files since, made where the identity's secret is; null when there is none.</summary>
    private async Task<SigningKeys?> ReadReplacementAsync(RelayKeyFiles files, RelayKeyOptions options, DateTime now, CancellationToken cancel)
    {
        Ed25519Certificate? certificate = await files.ReadCertificateAsync(SigningCertificateFile, SigningTag, cancel);
        if (certificate is null || certificate.ExpiresAt - options.SigningKeySlop <= now || certificate.CertifiedKey == Certificate.CertifiedKey)
        {
            return null;
        }

        Ed25519PrivateKey signing = await files.ReadSecretAsync(SigningSecretFile, SigningTag, cancel)
            ?? throw new KeyFileException($"The key file {files.NameOf(SigningSecretFile)} is missing.");
        return new SigningKeys(RequireBelonging(files, signing, certificate, Identity), signing, certificate);
    }

    private static Ed25519Identity RequireBelonging(
        RelayKeyFiles files, Ed25519PrivateKey signing, Ed25519Certificate certificate, Ed25519Identity? known)
    {
        if (certificate.CertifiedKey != signing.PublicKey)
        {
            throw files.Refuse(SigningCertificateFile, $"is not for the key in {files.NameOf(SigningSecretFile)}");
        }

        // The time is not asked here: an expired certificate is replaced, not refused.
        Ed25519Identity identity = certificate.SigningKey ?? throw files.Refuse(SigningCertificateFile, "does not name the identity that signed it");
        if (certificate.Type != Ed25519CertificateType.IdentitySigning || !certificate.TryVerify(identity, DateTime.UnixEpoch))
        {
            throw files.Refuse(SigningCertificateFile, "has a wrong signature");
        }

        return known is null || known == identity
            ? identity
            : throw files.Refuse(SigningCertificateFile, $"was signed by another identity than the one in {files.NameOf(MasterPublicFile)}");
    }

    private static async Task<SigningKeys> MakeAsync(
        RelayKeyFiles files, RelayKeyOptions options, Ed25519Identity? known, string reason, DateTime now, RandomSource random, CancellationToken cancel)
    {
        using Ed25519PrivateKey master = await ReadMasterAsync(files, options, known, reason, cancel) ?? MakeMaster(files, random);
        Ed25519PrivateKey signing = Ed25519PrivateKey.Generate(random);
        Ed25519Certificate certificate = Ed25519Certificate.Create(
            Ed25519CertificateType.IdentitySigning, signing.PublicKey, now + options.SigningKeyLifetime, master, includeSigningKey: true);
        files.WriteSecret(SigningSecretFile, SigningTag, signing);
        files.WriteCertificate(SigningCertificateFile, SigningTag, certificate);
        return new SigningKeys(master.PublicKey, signing, certificate);
    }

    /// <summary>The identity's secret; null when there has never been an identity, and one may be made.</summary>
    private static async Task<Ed25519PrivateKey?> ReadMasterAsync(
        RelayKeyFiles files, RelayKeyOptions options, Ed25519Identity? known, string reason, CancellationToken cancel)
    {
        Ed25519Identity? stored = await files.ReadPublicAsync(MasterPublicFile, MasterTag, cancel);
        Ed25519PrivateKey? master = options.HasOfflineMasterKey ? null : await files.ReadSecretAsync(MasterSecretFile, MasterTag, cancel);
        if (master is not null)
        {
            if ((stored ?? known ?? master.PublicKey) != master.PublicKey)
            {
                master.Dispose();
                throw files.Refuse(MasterPublicFile, $"is not the public half of {files.NameOf(MasterSecretFile)}");
            }

            if (stored is null)
            {
                files.WritePublic(MasterPublicFile, MasterTag, master.PublicKey);
            }

            return master;
        }

        if (options.HasOfflineMasterKey)
        {
            throw new KeyFileException(
                $"A new signing key is needed because {reason}, and the identity's secret is kept offline: make {files.NameOf(SigningSecretFile)} and {files.NameOf(SigningCertificateFile)} where it is.");
        }

        bool isEncrypted = await files.ExistsAsync(MasterSecretFile + "_encrypted", cancel);
        return stored is null && known is null && !isEncrypted
            ? null
            : throw new KeyFileException(
                $"A new signing key is needed because {reason}, and for that the key file {files.NameOf(MasterSecretFile)}, which is {(isEncrypted ? "encrypted" : "missing")}.");
    }

    private static Ed25519PrivateKey MakeMaster(RelayKeyFiles files, RandomSource random)
    {
        Ed25519PrivateKey master = Ed25519PrivateKey.Generate(random);
        files.WriteSecret(MasterSecretFile, MasterTag, master);
        files.WritePublic(MasterPublicFile, MasterTag, master.PublicKey);
        return master;
    }
}
