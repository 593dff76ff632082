using Tunic.Tests.Fuzz.Engine;
using Tunic.Tor.Protocol.Documents.Authorities;
using Tunic.Tor.Protocol.Documents.Descriptors;
using Tunic.Tor.Protocol.Documents.Microdescriptors;
using Tunic.Tor.Protocol.Documents.Votes;

namespace Tunic.Tests.Fuzz.Targets;

/// <summary>Documents of networks of stock tor: the vectors of the unit tests.</summary>
internal static class VectorDocuments
{
    public static IEnumerable<byte[]> Consensuses => [Network("consensus-1"), Network("consensus-2")];

    public static IEnumerable<byte[]> MicrodescriptorConsensuses => [Network("consensus-microdesc-1"), Network("consensus-microdesc-2")];

    public static IEnumerable<byte[]> Diffs => [Network("consensus-diff"), Network("consensus-microdesc-diff")];

    public static IEnumerable<byte[]> Votes =>
        ((string[])["vote-0", "vote-1", "vote-2"]).Select(Network).Concat(VoteSplitter.Split(Voting("votes")).Select(vote => vote.ToArray()));

    public static IEnumerable<byte[]> Certificates =>
        AuthorityCertificate.ParseList(Network("certificates")).Select(certificate => certificate.Text.ToArray());

    public static IEnumerable<byte[]> Descriptors => DescriptorSplitter.SplitRouterDescriptors(Network("server-descriptors"))
        .Concat(DescriptorSplitter.SplitRouterDescriptors(Voting("descriptors")))
        .Select(text => text.ToArray());

    public static IEnumerable<byte[]> ExtraInfos => DescriptorSplitter.SplitExtraInfos(Network("extra-infos")).Select(text => text.ToArray());

    public static IEnumerable<byte[]> Microdescriptors =>
        new MicrodescriptorParser().ParseList(Network("microdescriptors")).Select(entry => entry.Text.ToArray());

    /// <summary>A document of Vectors/StockNetwork.</summary>
    public static byte[] Network(string name) => File.ReadAllBytes(Path.Combine(FuzzFiles.Vectors, "StockNetwork", name + ".txt"));

    /// <summary>A document of Vectors/StockVoting.</summary>
    public static byte[] Voting(string name) => File.ReadAllBytes(Path.Combine(FuzzFiles.Vectors, "StockVoting", name));
}
