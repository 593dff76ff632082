using System.Text;
using Tunic.Tor.Protocol.Documents;
using Tunic.Tor.Protocol.Documents.Descriptors;

namespace Tunic.Tests.Tor.Protocol.Documents;

public sealed class ExtraInfoTests
{
    [Fact]
    public void Stock_documents_verify_belong_to_their_descriptors_and_are_written_again()
    {
        IReadOnlyList<RouterDescriptor> descriptors = StockNetwork.ReadDescriptors();
        ExtraInfo[] documents = ReadAll();

        Assert.Equal(7, documents.Length);
        foreach (ExtraInfo document in documents)
        {
            RouterDescriptor own = descriptors.Single(descriptor => descriptor.Identity == document.Identity);
            Assert.True(document.Belongs(own, out string? failure), failure);
            Assert.StartsWith(Encoding.UTF8.GetString(ExtraInfoWriter.WriteBody(document)), Encoding.UTF8.GetString(document.Text.Span), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void With_the_same_keys_the_writer_makes_the_same_bytes()
    {
        RouterDescriptor descriptor = StockNetwork.ReadOwnDescriptor();
        RelayDescriptorKeys keys = StockNetwork.ReadRelayKeys(descriptor);
        ExtraInfo stock = ReadAll().Single(document => document.Identity == descriptor.Identity);
        string[] statistics = Encoding.UTF8.GetString(stock.Statistics.Span).Split('\n', StringSplitOptions.RemoveEmptyEntries);

        byte[] own = ExtraInfoWriter.Write(stock.Nickname, stock.Published, statistics, keys.Identity, keys.Signing, keys.SigningCertificate);

        Assert.Equal(Encoding.UTF8.GetString(stock.Text.Span), Encoding.UTF8.GetString(own));
    }

    [Fact]
    public void A_document_belongs_to_no_other_descriptor()
    {
        IReadOnlyList<RouterDescriptor> descriptors = StockNetwork.ReadDescriptors();
        ExtraInfo document = ReadAll()[0];
        RouterDescriptor own = descriptors.Single(descriptor => descriptor.Identity == document.Identity);

        Assert.False(document.Belongs(descriptors.First(descriptor => descriptor != own), out string? failure));
        Assert.Equal("Extrainfo nickname or identity did not match routerinfo", failure);
        Assert.False(document.Belongs(own with { Declaration = own.Declaration with { ExtraInfoSha256 = own.Sha256Digest } }, out failure));
        Assert.Equal("Extrainfo digest did not match digest256 from routerdesc", failure);
        Assert.False(document.Belongs(own with { Declaration = own.Declaration with { Published = own.Declaration.Published.AddSeconds(1) } }, out failure));
        Assert.Equal("Extrainfo published time did not match routerdesc", failure);
    }

    [Theory]
    [InlineData("extra-info ", "extra-info x-", "Incorrect ed25519 signature(s)")]
    [InlineData("\npublished ", "\npublisheD ", "missing published element.")]
    [InlineData("\nrouter-sig-ed25519 ", "\nrouter-sig-ed25519 A", "Couldn't decode ed25519 signature")]
    [InlineData("\npublished ", "\nidentity-ed25519\npublished ", "Missing object for identity-ed25519")]
    [InlineData("ED25519 CERT", "ED25519 CERU", "Wrong object type on identity-ed25519 in descriptor")]
    public void Damaged_documents_are_refused(string original, string replacement, string reason)
    {
        string text = Encoding.UTF8.GetString(ReadAll()[0].Text.Span).Replace(original, replacement, StringComparison.Ordinal);

        Assert.False(ExtraInfo.TryParse(Encoding.UTF8.GetBytes(text), out _, out DocumentFault? fault));
        Assert.Equal(reason, fault.Reason);
    }

    [Fact]
    public void Damaged_text_never_throws()
    {
        byte[] text = ReadAll()[0].Text.ToArray();
        Assert.Equal(0, DocumentHarness.CountAcceptedPrefixes(text, Parse));
        DocumentHarness.Mutate(text, seed: 41, rounds: 800, Parse);
    }

    private static ExtraInfo[] ReadAll() =>
        [.. DescriptorSplitter.SplitExtraInfos(StockNetwork.Read("extra-infos")).Select(StockNetwork.ParseExtraInfo)];

    private static bool Parse(ReadOnlyMemory<byte> text) => ExtraInfo.TryParse(text, out _, out _);
}
