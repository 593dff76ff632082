using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;
using Tunic.Primitives.Keys;
using Tunic.Primitives.Storage;
using Tunic.Tor.Protocol.Documents.Authorities;
using Tunic.Tor.Protocol.Documents.Consensuses;
using Tunic.Tor.Protocol.Documents.Descriptors;
using Tunic.Tor.Protocol.Documents.Microdescriptors;

namespace Tunic.Tor.Relay.DirectoryCache;

/// <summary>A directory store on disk, under stock tor's names and in its formats.</summary>
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
    /// <exception cref="CorruptStateException">A file makes no sense; it was not overwritten.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public async Task<IReadOnlyList<Consensus>> LoadAsync(
        DirectoryStore target, IReadOnlyCollection<RsaIdentity> trusted, DateTime now, CancellationToken cancel)
    {
        IReadOnlyList<AuthorityCertificate> certificates = AuthorityCertificate.ParseList(await ReadAsync(Certificates, cancel), out int rejected);
        Require(rejected == 0, Certificates, "it does not hold authorities' certificates throughout");
        target.AddCertificates(certificates);
        foreach (string file in new[] { Microdescriptors, Microdescriptors + JournalSuffix })
        {
            byte[] text = await ReadAsync(file, cancel);
            List<CachedMicrodescriptor> found = ReadMicrodescriptors(text, out bool isGood);
            Require(isGood && (found.Count > 0 || text.Length == 0), file, "it does not hold microdescriptors throughout");
            target.AddMicrodescriptors(found);
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

    /// <summary>The same for those who go on without: a failure is logged, and the next call tries again.</summary>
    /// <returns>Whether all is written.</returns>
    public async Task<bool> TrySaveAsync(DirectorySnapshot snapshot, CancellationToken cancel)
    {
        try
        {
            await SaveAsync(snapshot, cancel);
            return true;
        }
        catch (IOException failure)
        {
            LogUnsaved(log, failure.Message);
            return false;
        }
    }

    private static string NameOf(ConsensusFlavor flavor) =>
        flavor == ConsensusFlavor.Unflavored ? "cached-consensus" : "cached-microdesc-consensus";

    private static IEnumerable<ReadOnlyMemory<byte>> Annotate(CachedMicrodescriptor entry) =>
    [
        Encoding.ASCII.GetBytes($"{ListedKeyword}{entry.LastListed.ToString(TimeFormat, CultureInfo.InvariantCulture)}\n"),
        entry.Text,
    ];

    /// <summary>Microdescriptors after lines that say when each was last listed; one without such a line has never been.</summary>
    private static List<CachedMicrodescriptor> ReadMicrodescriptors(byte[] text, out bool isGood)
    {
        isGood = true;
        var parser = new MicrodescriptorParser();
        var found = new List<CachedMicrodescriptor>();
        int position = 0;
        while (position < text.Length)
        {
            DateTime listed = ReadListed(text, ref position);
            int next = text.AsSpan(position).IndexOf("\n@"u8);
            int end = next < 0 ? text.Length : position + next + 1;
            IReadOnlyList<MicrodescriptorEntry> entries = parser.ParseList(text.AsMemory(position..end));
            isGood &= entries.All(entry => entry.Fault is null);
            found.AddRange(entries.Select(entry => CachedMicrodescriptor.Of(entry, listed)));
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
        StoredConsensus stored = StoredConsensus.Judge(text, flavor, certificates, trusted, now);
        Require(stored.Fault is null, NameOf(flavor), stored.Fault ?? "");
        if (stored.Complaint is { } complaint)
        {
            LogUnusable(log, store.Describe(NameOf(flavor)), complaint);
        }

        return stored.Usable;
    }

    private async Task LoadDescriptorsAsync(DirectoryStore target, CancellationToken cancel)
    {
        foreach (string file in new[] { Descriptors, Descriptors + JournalSuffix })
        {
            target.AddDescriptors(ReadEach(file, await ReadAsync(file, cancel), DescriptorSplitter.SplitRouterDescriptors, ParseDescriptor));
        }

        foreach (string file in new[] { ExtraInfos, ExtraInfos + JournalSuffix })
        {
            target.AddExtraInfos(ReadEach(file, await ReadAsync(file, cancel), DescriptorSplitter.SplitExtraInfos, ParseExtraInfo));
        }
    }

    private static RouterDescriptor? ParseDescriptor(ReadOnlyMemory<byte> text) =>
        RouterDescriptor.TryParse(text, out RouterDescriptor? descriptor, out _) ? descriptor : null;

    private static ExtraInfo? ParseExtraInfo(ReadOnlyMemory<byte> text) =>
        ExtraInfo.TryParse(text, out ExtraInfo? extraInfo, out _) ? extraInfo : null;

    private T[] ReadEach<T>(
        string file, byte[] text, Func<ReadOnlyMemory<byte>, IReadOnlyList<ReadOnlyMemory<byte>>> split, Func<ReadOnlyMemory<byte>, T?> parse)
        where T : class
    {
        T?[] found = [.. split(text).Select(parse)];
        Require(found.All(document => document is not null) && (found.Length > 0 || text.Length == 0), file, "it does not hold descriptors throughout");
        return [.. found.OfType<T>()];
    }

    private void Require(bool holds, string file, string otherwise)
    {
        if (!holds)
        {
            throw new CorruptStateException(store.Describe(file), otherwise, CorruptStateException.FetchAgain);
        }
    }

    private async Task<byte[]> ReadAsync(string file, CancellationToken cancel) => await store.ReadAsync(file, cancel) ?? [];

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

    [LoggerMessage(LogLevel.Warning, "Directory documents are not saved for now: {Failure}")]
    private static partial void LogUnsaved(ILogger log, string failure);

    [LoggerMessage(LogLevel.Warning, "The file {File} is not used: {Complaint}. It will be fetched anew.")]
    private static partial void LogUnusable(ILogger log, string file, string complaint);
}
