using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;
using Tunic.Primitives.Keys;
using Tunic.Primitives.Storage;
using Tunic.Tor.Protocol.Documents;
using Tunic.Tor.Protocol.Documents.Authorities;
using Tunic.Tor.Protocol.Documents.Consensuses;
using Tunic.Tor.Protocol.Documents.Descriptors;
using Tunic.Tor.Protocol.Documents.Microdescriptors;

namespace Tunic.Tor.Relay.DirectoryCache;

/// <summary>A directory store on disk, under stock tor's names and in its formats. A file that cannot be used is reported and fetched anew.</summary>
/// <remarks>One user at a time.</remarks>
public sealed partial class DirectoryFiles(IStateStore store, ILogger log)
{
    private const string Certificates = "cached-certs";
    private const string Microdescriptors = "cached-microdescs";
    private const string Descriptors = "cached-descriptors";
    private const string ExtraInfos = "cached-extrainfo";
    private const string JournalSuffix = ".new"; // stock tor appends there; we read it and write one file
    private const string ListedKeyword = "@last-listed ";
    private const string TimeFormat = "yyyy-MM-dd HH:mm:ss";

    private DirectorySnapshot _saved = DirectorySnapshot.Empty;

    /// <summary>Fills an empty store. A consensus counts only when enough of <paramref name="trusted"/> signed it and it is not long expired.</summary>
    /// <param name="target">The store.</param>
    /// <param name="trusted">v3 identities of the authorities.</param>
    /// <param name="now">UTC.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <returns>The consensuses that were good.</returns>
    public async Task<IReadOnlyList<Consensus>> LoadAsync(
        DirectoryStore target, IReadOnlyCollection<RsaIdentity> trusted, DateTime now, CancellationToken cancel)
    {
        IReadOnlyList<AuthorityCertificate> certificates = AuthorityCertificate.ParseList(await ReadAsync(Certificates, cancel));
        target.AddCertificates(certificates);
        foreach (string file in new[] { Microdescriptors, Microdescriptors + JournalSuffix })
        {
            target.AddMicrodescriptors(ReadMicrodescriptors(await ReadAsync(file, cancel)));
        }

        var consensuses = new List<Consensus>();
        foreach (ConsensusFlavor flavor in new[] { ConsensusFlavor.Unflavored, ConsensusFlavor.Microdescriptor })
        {
            byte[] text = await ReadAsync(NameOf(flavor), cancel);
            if (text.Length > 0 && TryUse(text, flavor, certificates, trusted, now) is { } consensus)
            {
                target.PutConsensus(consensus, text);
                consensuses.Add(consensus);
            }
        }

        await LoadDescriptorsAsync(target, cancel);
        _saved = target.Current;
        return consensuses;
    }

    /// <summary>Writes what has changed since it was last loaded or saved.</summary>
    /// <exception cref="IOException">A file cannot be written.</exception>
    public async Task SaveAsync(DirectorySnapshot snapshot, CancellationToken cancel)
    {
        foreach (ConsensusFlavor flavor in new[] { ConsensusFlavor.Unflavored, ConsensusFlavor.Microdescriptor })
        {
            if (snapshot.ConsensusOf(flavor) is { } consensus && consensus != _saved.ConsensusOf(flavor))
            {
                await store.WriteAsync(NameOf(flavor), consensus.Text.Text, cancel);
            }
        }

        if (snapshot.Certificates != _saved.Certificates)
        {
            await WriteAsync(Certificates, snapshot.Certificates.Values.OrderBy(certificate => certificate.Published).Select(certificate => certificate.Text), cancel);
        }

        if (snapshot.Microdescriptors != _saved.Microdescriptors)
        {
            await WriteAsync(Microdescriptors, snapshot.Microdescriptors.Values.OrderBy(entry => entry.Digest).SelectMany(Annotate), cancel);
        }

        if (snapshot.Descriptors != _saved.Descriptors)
        {
            await WriteAsync(Descriptors, snapshot.Descriptors.Values.OrderBy(entry => entry.Published).Select(entry => entry.Text), cancel);
        }

        if (snapshot.ExtraInfos != _saved.ExtraInfos)
        {
            await WriteAsync(ExtraInfos, snapshot.ExtraInfos.Values.OrderBy(entry => entry.Published).Select(entry => entry.Text), cancel);
        }

        _saved = snapshot;
    }

    private static string NameOf(ConsensusFlavor flavor) =>
        flavor == ConsensusFlavor.Unflavored ? "cached-consensus" : "cached-microdesc-consensus";

    private static IEnumerable<ReadOnlyMemory<byte>> Annotate(CachedMicrodescriptor entry) =>
    [
        Encoding.ASCII.GetBytes($"{ListedKeyword}{entry.LastListed.ToString(TimeFormat, CultureInfo.InvariantCulture)}\n"),
        entry.Text,
    ];

    /// <summary>Microdescriptors after lines that say when each was last listed; one without such a line has never been.</summary>
    private static List<CachedMicrodescriptor> ReadMicrodescriptors(byte[] text)
    {
        var parser = new MicrodescriptorParser();
        var found = new List<CachedMicrodescriptor>();
        int position = 0;
        while (position < text.Length)
        {
            DateTime listed = ReadListed(text, ref position);
            int next = text.AsSpan(position).IndexOf("\n@"u8);
            int end = next < 0 ? text.Length : position + next + 1;
            found.AddRange(parser.ParseList(text.AsMemory(position..end))
                .Where(entry => entry.Fault is null)
                .Select(entry => CachedMicrodescriptor.Of(entry, listed)));
            position = end;
        }

        return found;
    }

    private static DateTime ReadListed(byte[] text, ref int position)
    {
        if (text[position] != '@')
        {
            return DateTime.UnixEpoch;
        }

        int lineFeed = text.AsSpan(position).IndexOf((byte)'\n');
        int end = lineFeed < 0 ? text.Length : position + lineFeed;
        string line = Encoding.Latin1.GetString(text.AsSpan(position..end));
        position = Math.Min(end + 1, text.Length);
        return line.StartsWith(ListedKeyword, StringComparison.Ordinal)
            && DateTime.TryParseExact(
                line[ListedKeyword.Length..],
                TimeFormat,
                CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
                out DateTime listed) ? listed : DateTime.UnixEpoch;
    }

    private Consensus? TryUse(
        byte[] text, ConsensusFlavor flavor, IEnumerable<AuthorityCertificate> certificates, IReadOnlyCollection<RsaIdentity> trusted, DateTime now)
    {
        string? complaint = !Consensus.TryParse(text, out Consensus? consensus, out DocumentFault? fault) ? fault.Reason
            : consensus.Flavor != flavor ? "it is of the other flavour"
            : !consensus.IsReasonablyLive(now) ? "it is too old"
            : !ConsensusVerifier.Verify(consensus, certificates, trusted, now).IsAccepted ? "too few of the trusted authorities signed it"
            : null;
        if (complaint is not null)
        {
            LogUnusable(log, NameOf(flavor), complaint);
            return null;
        }

        return consensus;
    }

    private async Task LoadDescriptorsAsync(DirectoryStore target, CancellationToken cancel)
    {
        foreach (string file in new[] { Descriptors, Descriptors + JournalSuffix })
        {
            target.AddDescriptors(DescriptorSplitter.SplitRouterDescriptors(await ReadAsync(file, cancel))
                .Select(text => RouterDescriptor.TryParse(text, out RouterDescriptor? descriptor, out _) ? descriptor : null)
                .OfType<RouterDescriptor>());
        }

        foreach (string file in new[] { ExtraInfos, ExtraInfos + JournalSuffix })
        {
            target.AddExtraInfos(DescriptorSplitter.SplitExtraInfos(await ReadAsync(file, cancel))
                .Select(text => ExtraInfo.TryParse(text, out ExtraInfo? extraInfo, out _) ? extraInfo : null)
                .OfType<ExtraInfo>());
        }
    }

    private async Task<byte[]> ReadAsync(string file, CancellationToken cancel)
    {
        try
        {
            return await store.ReadAsync(file, cancel) ?? [];
        }
        catch (IOException failure)
        {
            LogUnusable(log, file, failure.Message);
            return [];
        }
    }

    private async Task WriteAsync(string file, IEnumerable<ReadOnlyMemory<byte>> parts, CancellationToken cancel)
    {
        using var text = new MemoryStream();
        foreach (ReadOnlyMemory<byte> part in parts)
        {
            text.Write(part.Span);
        }

        await store.WriteAsync(file, text.GetBuffer().AsMemory(0, (int)text.Length), cancel);
        await store.DeleteAsync(file + JournalSuffix, cancel);
    }

    [LoggerMessage(LogLevel.Warning, "The file {File} is not used: {Complaint}. It will be fetched anew.")]
    private static partial void LogUnusable(ILogger log, string file, string complaint);
}
