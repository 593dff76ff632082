using Tunic.Primitives.Cryptography;
using Tunic.Tor.Protocol.Documents.Authorities;
using Tunic.Tor.Protocol.Voting.Keys;

namespace Tunic.Tests.Interop.Malformed;

/// <summary>Keys of the three authorities that the clients trust, and of one that they have never heard of.</summary>
internal sealed class ConsensusSigners : IDisposable
{
    internal AuthorityKeys[] Trusted { get; } = [.. Enumerable.Range(0, 3).Select(_ => AuthorityKeys.Create(DateTime.UtcNow.AddDays(-1), months: 12, directoryAddress: null))];

    internal AuthorityKeys Stranger { get; } = AuthorityKeys.Create(DateTime.UtcNow.AddDays(-1), months: 12, directoryAddress: null);

    /// <summary>Other signing keys of the trusted ones, certified until last month.</summary>
    internal AuthorityKeys[] Expired { get; }

    public ConsensusSigners() => Expired = [.. Trusted.Select(keys => AuthorityKeys.Certify(Copy(keys.Identity!), DateTime.UtcNow.AddMonths(-13), months: 12, directoryAddress: null))];

    /// <summary>What a directory serves of them.</summary>
    internal IEnumerable<AuthorityCertificate> Certificates => All.Select(keys => keys.Certificate);

    private IEnumerable<AuthorityKeys> All => [.. Trusted, Stranger, .. Expired];

    public void Dispose()
    {
        foreach (AuthorityKeys keys in All)
        {
            keys.Dispose();
        }
    }

    private static RsaPrivateKey Copy(RsaPrivateKey key) =>
        RsaPrivateKey.TryParse(key.ExportPkcs1Der(), out RsaPrivateKey? copy) ? copy : throw new InvalidOperationException("a key cannot be read back");
}
