using System.Text;
using Microsoft.Extensions.Logging;
using Tunic.Primitives.Storage;
using Tunic.Tor.Protocol.Documents.Authorities;
using Tunic.Tor.Protocol.Documents.Microdescriptors;

namespace Tunic.Tor.Client.NetworkDirectory;

/// <summary>The client's directory documents on disk, under stock tor's names and in its formats.</summary>
internal sealed class DirectoryCache(IStateStore store, ILogger log)
{
    private const string CertificatesName = "cached-certs";
    private const string ConsensusName = "cached-microdesc-consensus";
    private const string MicrodescriptorsName = "cached-microdescs";
    private const string StateName = "state";
    private static readonly string[] StateKeywords = ["Guard", "TotalBuildTimes", "CircuitBuildAbandonedCount", "CircuitBuildTimeBin"];

    internal async Task<IReadOnlyList<AuthorityCertificate>> ReadCertificatesAsync(CancellationToken cancel) =>
        await ReadAsync(CertificatesName, cancel) is { } text ? AuthorityCertificate.ParseList(text) : [];

    internal ValueTask WriteCertificatesAsync(IEnumerable<AuthorityCertificate> certificates, CancellationToken cancel) =>
        store.WriteAsync(CertificatesName, Join(certificates.Select(certificate => certificate.Text)), cancel);

    /// <summary>The text of the cached consensus, unverified; null when there is none that can be read.</summary>
    internal ValueTask<byte[]?> ReadConsensusAsync(CancellationToken cancel) => ReadAsync(ConsensusName, cancel);

    internal ValueTask WriteConsensusAsync(ReadOnlyMemory<byte> text, CancellationToken cancel) =>
        store.WriteAsync(ConsensusName, text, cancel);

    internal async Task<IReadOnlyList<MicrodescriptorEntry>> ReadMicrodescriptorsAsync(CancellationToken cancel) =>
        await ReadAsync(MicrodescriptorsName, cancel) is { } text ? new MicrodescriptorParser().ParseList(WithoutAnnotations(text)) : [];

    internal ValueTask WriteMicrodescriptorsAsync(IEnumerable<ReadOnlyMemory<byte>> texts, CancellationToken cancel) =>
        store.WriteAsync(MicrodescriptorsName, Join(texts), cancel);

    internal ValueTask<byte[]?> ReadStateAsync(CancellationToken cancel) => ReadAsync(StateName, cancel);

    /// <summary>Replaces the client's lines; those of others stay, such as when a relay's onion key was made.</summary>
    internal async Task WriteStateAsync(ReadOnlyMemory<byte> text, CancellationToken cancel)
    {
        string[] others = await ReadStateAsync(cancel) is { } before
            ? [.. Encoding.UTF8.GetString(before).Split('\n').Where(line => line.Length > 0 && !IsOfClient(line))]
            : [];
        byte[] rest = Encoding.UTF8.GetBytes(string.Concat(others.Select(line => line + "\n")));
        await store.WriteAsync(StateName, (byte[])[.. text.Span, .. rest], cancel);
    }

    internal void ReportUnusable(string reason) => DirectoryLog.CacheUnusable(log, ConsensusName, reason);

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

    private async ValueTask<byte[]?> ReadAsync(string name, CancellationToken cancel)
    {
        try
        {
            return await store.ReadAsync(name, cancel);
        }
        catch (IOException failure)
        {
            DirectoryLog.CacheUnusable(log, name, failure.Message);
            return null;
        }
    }
}
