using System.Text;
using Microsoft.Extensions.Logging;
using Tunic.Primitives.Storage;
using Tunic.Tor.Protocol.Documents.Authorities;
using Tunic.Tor.Protocol.Documents.Microdescriptors;
using Tunic.Tor.Protocol.Paths.Guards;

namespace Tunic.Tor.Client.NetworkDirectory;

/// <summary>The client's directory documents on disk, under stock tor's names and in its formats.</summary>
/// <remarks>What cannot be read or understood is never overwritten: reading throws, and names the file.</remarks>
internal sealed class DirectoryCache(IStateStore store, ILogger log)
{
    private const string CertificatesName = "cached-certs";
    private const string ConsensusName = "cached-microdesc-consensus";
    private const string MicrodescriptorsName = "cached-microdescs";
    private const string StateName = "state";
    private static readonly string[] StateKeywords = ["Guard", "TotalBuildTimes", "CircuitBuildAbandonedCount", "CircuitBuildTimeBin"];

    /// <exception cref="CorruptStateException">One of them makes no sense.</exception>
    internal async Task<IReadOnlyList<AuthorityCertificate>> ReadCertificatesAsync(CancellationToken cancel)
    {
        if (await store.ReadAsync(CertificatesName, cancel) is not { } text)
        {
            return [];
        }

        IReadOnlyList<AuthorityCertificate> certificates = AuthorityCertificate.ParseList(text, out int rejected);
        return rejected == 0 ? certificates : throw Corrupt(CertificatesName, "it does not hold authorities' certificates throughout");
    }

    internal ValueTask WriteCertificatesAsync(IEnumerable<AuthorityCertificate> certificates, CancellationToken cancel) =>
        store.WriteAsync(CertificatesName, Join(certificates.Select(certificate => certificate.Text)), cancel);

    /// <summary>The text of the cached consensus, unverified; null when there is none.</summary>
    internal ValueTask<byte[]?> ReadConsensusAsync(CancellationToken cancel) => store.ReadAsync(ConsensusName, cancel);

    internal ValueTask WriteConsensusAsync(ReadOnlyMemory<byte> text, CancellationToken cancel) =>
        store.WriteAsync(ConsensusName, text, cancel);

    /// <exception cref="CorruptStateException">One of them makes no sense.</exception>
    internal async Task<IReadOnlyList<MicrodescriptorEntry>> ReadMicrodescriptorsAsync(CancellationToken cancel)
    {
        if (await store.ReadAsync(MicrodescriptorsName, cancel) is not { Length: > 0 } text)
        {
            return [];
        }

        IReadOnlyList<MicrodescriptorEntry> entries = new MicrodescriptorParser().ParseList(WithoutAnnotations(text));
        return entries.Count > 0 && entries.All(entry => entry.Fault is null)
            ? entries
            : throw Corrupt(MicrodescriptorsName, "it does not hold microdescriptors throughout");
    }

    internal ValueTask WriteMicrodescriptorsAsync(IEnumerable<ReadOnlyMemory<byte>> texts, CancellationToken cancel) =>
        store.WriteAsync(MicrodescriptorsName, Join(texts), cancel);

    /// <summary>The lines that other runs have left; null when there are none.</summary>
    /// <exception cref="CorruptStateException">It is no state file.</exception>
    internal async Task<IReadOnlyList<KeyValuePair<string, string>>?> ReadStateAsync(CancellationToken cancel)
    {
        if (await store.ReadAsync(StateName, cancel) is not { } content)
        {
            return null;
        }

        return StateFile.TryRead(content, out IReadOnlyList<KeyValuePair<string, string>> lines, out string? fault) ? lines : throw CorruptState(fault!);
    }

    /// <summary>Replaces the client's lines; those of others stay, such as when a relay's onion key was made.</summary>
    internal ValueTask WriteStateAsync(ReadOnlyMemory<byte> text, CancellationToken cancel) => store.ChangeAsync(
        StateName,
        before =>
        {
            IEnumerable<string> others = Encoding.UTF8.GetString(before ?? []).Split('\n').Where(line => line.Length > 0 && !IsOfClient(line));
            return [.. text.Span, .. Encoding.UTF8.GetBytes(string.Concat(others.Select(line => line + "\n")))];
        },
        cancel);

    internal void ReportUnusable(string reason) => DirectoryLog.CacheUnusable(log, store.Describe(ConsensusName), reason);

    internal CorruptStateException CorruptConsensus(string complaint) => Corrupt(ConsensusName, complaint);

    internal CorruptStateException CorruptState(string complaint) =>
        new(store.Describe(StateName), complaint, CorruptStateException.Restore);

    private CorruptStateException Corrupt(string name, string complaint) =>
        new(store.Describe(name), complaint, CorruptStateException.FetchAgain);

    private static bool IsOfClient(string line) =>
        StateKeywords.Contains(line.Split(' ', 2)[0], StringComparer.Ordinal);

    private static byte[] Join(IEnumerable<ReadOnlyMemory<byte>> texts)
    {
        using var joined = new MemoryStream();
        foreach (ReadOnlyMemory<byte> text in texts)
        {
            joined.Write(text.Span);
        }

        return joined.ToArray();
    }

    /// <summary>Stock writes "@last-listed ..." before each microdescriptor; the digest does not cover it.</summary>
    private static byte[] WithoutAnnotations(byte[] text)
    {
        if (text.AsSpan().IndexOf("@"u8) < 0)
        {
            return text;
        }

        string[] lines = Encoding.Latin1.GetString(text).Split('\n');
        return Encoding.Latin1.GetBytes(string.Join('\n', lines.Where(line => !line.StartsWith('@'))));
    }
}
