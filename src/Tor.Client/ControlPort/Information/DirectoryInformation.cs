using Tunic.Tor.Protocol.Control;
using Tunic.Tor.Protocol.Documents.Microdescriptors;
using Tunic.Tor.Protocol.Paths;
using static Tunic.Tor.Client.ControlPort.Information.InformationItem;

namespace Tunic.Tor.Client.ControlPort.Information;

/// <summary>Directory documents as they were received. This client has microdescriptors, and no descriptors of relays' own.</summary>
internal static class DirectoryInformation
{
    internal static IEnumerable<InformationItem> Create(InformationSources sources)
    {
        TorClient client = sources.Client;
        return
        [
            Family("desc/id/", "Router descriptors by ID.", id => NoDescriptor("desc/id/", "md/id/")),
            Family("desc/name/", "Router descriptors by nickname.", name => NoDescriptor("desc/name/", "md/name/")),
            Key("desc/all-recent", "All non-expired, non-superseded router descriptors.", () => ""),
            Key("desc/download-enabled", "Do we try to download router descriptors?", () => "0"),
            Key("desc/all-recent-extrainfo-hack", null, () => ""),
            new InformationItem("md/all", "All known microdescriptors.", IsPrefix: false, async (_, _, cancel) =>
                string.Concat((await ReadAsync(client, _ => true, cancel)).Select(entry => ControlText.FromBytes(entry.Text.Span)))),
            new InformationItem("md/id/", "Microdescriptors by ID", IsPrefix: true, (_, key, cancel) =>
                FindAsync(client, RelayNames.Find(client.View, "$" + key["md/id/".Length..].TrimStart('$')), cancel)),
            new InformationItem("md/name/", "Microdescriptors by name", IsPrefix: true, (_, key, cancel) =>
                FindAsync(client, RelayNames.Find(client.View, key["md/name/".Length..]), cancel)),
            Key("md/download-enabled", "Do we try to download microdescriptors?", () => "1"),
            Family("extra-info/digest/", "Extra-info documents by digest.", _ => InformationAnswer.NoSuchKey),
            Family("desc-annotations/id/", "Router annotations by hexdigest.", _ => InformationAnswer.NoSuchKey),
            Family("dir/server/", "Router descriptors as retrieved from a DirPort.", _ => ""),
            Family("dir/status/", "v2 networkstatus docs as retrieved from a DirPort.", _ => ""),
            new InformationItem(
                "dir/status-vote/current/consensus-microdesc", "v3 Microdescriptor consensus as retrieved from a DirPort.", IsPrefix: false,
                async (_, _, cancel) => await client.Cache.ReadConsensusAsync(cancel) is { } text
                    ? ControlText.FromBytes(text)
                    : InformationAnswer.Fail("Could not open cached consensus. Make sure FetchUselessDescriptors is set to 1.")),
            Key("dir/status-vote/current/consensus", "v3 Networkstatus consensus as retrieved from a DirPort.", () =>
                InformationAnswer.Fail("Could not open cached consensus. Make sure FetchUselessDescriptors is set to 1.")),
        ];
    }

    private static InformationAnswer NoDescriptor(string asked, string better) => new(
        null, null, $"We fetch microdescriptors, not router descriptors. You'll need to use {better}* instead of {asked}*.");

    private static async Task<InformationAnswer> FindAsync(TorClient client, Relay? relay, CancellationToken cancel)
    {
        if (relay?.Microdescriptor is not { } wanted)
        {
            return InformationAnswer.NoSuchKey;
        }

        IReadOnlyList<MicrodescriptorEntry> found = await ReadAsync(client, entry => entry.Digest == wanted.Digest, cancel);
        return found.Count == 0 ? InformationAnswer.NoSuchKey : ControlText.FromBytes(found[0].Text.Span);
    }

    /// <summary>The texts are kept on the disk only.</summary>
    private static async Task<IReadOnlyList<MicrodescriptorEntry>> ReadAsync(TorClient client, Predicate<MicrodescriptorEntry> isWanted, CancellationToken cancel) =>
        [.. (await client.Cache.ReadMicrodescriptorsAsync(cancel)).Where(isWanted.Invoke)];
}
