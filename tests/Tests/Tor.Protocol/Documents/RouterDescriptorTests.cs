using System.Text;
using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Documents;
using Tunic.Tor.Protocol.Documents.Consensuses;
using Tunic.Tor.Protocol.Documents.Descriptors;

namespace Tunic.Tests.Tor.Protocol.Documents;

public sealed class RouterDescriptorTests
{
    [Fact]
    public void Stock_descriptors_verify_and_are_written_again_byte_for_byte()
    {
        IReadOnlyList<RouterDescriptor> descriptors = StockNetwork.ReadDescriptors();

        Assert.Equal(7, descriptors.Count);
        foreach (RouterDescriptor descriptor in descriptors)
        {
            string body = Encoding.UTF8.GetString(RouterDescriptorWriter.WriteBody(descriptor.Declaration, RouterDescriptorCertificates.Of(descriptor)).ToBytes());
            Assert.StartsWith(body + "router-sig-ed25519 ", Encoding.UTF8.GetString(descriptor.Text.Span), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_consensus_lists_the_descriptors_by_digest()
    {
        HashSet<Digest160> digests = [.. StockNetwork.ReadDescriptors().Select(descriptor => descriptor.Digest)];
        Consensus consensus = StockNetwork.ReadConsensus("consensus-2");

        Assert.All(consensus.Relays, relay => Assert.Contains(relay.DescriptorDigest, digests));
    }

    [Fact]
    public void With_the_same_keys_the_writer_makes_the_signatures_that_stock_made()
    {
        RouterDescriptor stock = StockNetwork.ReadOwnDescriptor();
        RelayDescriptorKeys keys = StockNetwork.ReadRelayKeys(stock);

        byte[] own = RouterDescriptorWriter.Write(stock.Declaration, keys);

        Assert.Equal(Encoding.UTF8.GetString(stock.Text.Span), Encoding.UTF8.GetString(own));
    }

    [Fact]
    public void The_fields_of_a_descriptor_are_what_the_text_says()
    {
        RouterDescriptor relay = StockNetwork.ReadDescriptors().Single(descriptor => descriptor.Declaration.Nickname == "relay1");

        Assert.Equal("127.0.0.1", relay.Declaration.Address.ToString());
        Assert.Equal(21021, relay.Declaration.OnionRouterPort);
        Assert.Equal("Tor 0.4.9.11 on Linux", relay.Declaration.Platform);
        Assert.Equal("accept 1-65535", relay.Declaration.IPv6ExitPolicy!.ToString());
        Assert.True(relay.Declaration.IsHiddenServiceDirectory && relay.Declaration.IsTunnelledDirectoryServer);
        Assert.False(relay.Declaration.ExtraInfoDigest.IsZero);
        Assert.Equal(1024, relay.TapOnionKey!.KeySizeBits);
        Assert.True(relay.CertificatesExpire > StockNetwork.Now);
    }

    [Fact]
    public void Family_certificates_give_family_ids()
    {
        RouterDescriptor[] members = [.. StockNetwork.ReadDescriptors().Where(descriptor => descriptor.FamilyIds.Count > 0)];

        Assert.Equal(2, members.Length);
        Assert.Equal("ed25519:lqNhfntyfZPUP0YB4d1jJNwUcwuI82HpcahV2GR+t70", Assert.Single(members[0].FamilyIds));
        Assert.Equal(members[0].FamilyIds, members[1].FamilyIds);
    }

    [Theory]
    [InlineData("router auth0 ", "router auth-0 ", "Router nickname is invalid")]
    [InlineData(" 127.0.0.1 ", " 127.0.0.x ", "Router address is not an IP address.")]
    [InlineData(" 21010 0 21000\n", " 65536 0 21000\n", "Invalid OR port")]
    [InlineData(" 21010 0 21000\n", " 21010 0 x\n", "Invalid dir port")]
    [InlineData("\nbandwidth ", "\nbandwidth 0 1 1 ", "bandwidthrate unreadable or 0. Failing.")]
    [InlineData("\nbandwidth ", "\nbandwidth 1 -1 1 ", "Invalid bandwidthburst")]
    [InlineData("\nbandwidth ", "\nbandwidth 1 1 x ", "Invalid bandwidthcapacity")]
    [InlineData("\nuptime ", "\nuptime -", "Invalid uptime")]
    [InlineData("\npublished ", "\npublished x", "Unparseable time in published")]
    [InlineData("\nntor-onion-key ", "\nntor-onion-key A", "Bogus ntor-onion-key in routerinfo")]
    [InlineData("\nmaster-key-ed25519 ", "\nmaster-key-ed25519 A", "Can't parse ed25519 master key")]
    [InlineData("\nrouter-sig-ed25519 ", "\nrouter-sig-ed25519 A", "Couldn't decode ed25519 signature")]
    [InlineData("\ncontact auth0", "\ncontact auth1", "Incorrect ed25519 signature(s)")]
    [InlineData("BEGIN CROSSCERT", "BEGIN CROSSCERU", "Malformed object: mismatched end tag")]
    [InlineData("\nhidden-service-dir\n", "\nhidden-service-dir\nhidden-service-dir\n", "too many hidden-service-dir elements.")]
    [InlineData("\nproto ", "\nprotO ", "missing proto element.")]
    [InlineData("\nonion-key-crosscert\n", "\nonion-key-crosscerT\n", "Router descriptor had only one of (onion-key, onion-key-crosscert).")]
    [InlineData("\nrouter-signature\n", "\nrouter-signaturE\n", "missing router-signature element.")]
    [InlineData("\nplatform ", "\nplatform \0", "internal NUL character.")]
    public void What_stock_refuses_is_refused_with_its_reason(string original, string replacement, string reason)
    {
        string text = Encoding.UTF8.GetString(StockNetwork.ReadOwnDescriptor().Text.Span);
        Assert.Contains(original, text, StringComparison.Ordinal);

        Assert.False(RouterDescriptor.TryParse(Encoding.UTF8.GetBytes(text.Replace(original, replacement, StringComparison.Ordinal)), out _, out DocumentFault? fault));

        Assert.Equal((DocumentFaultKind.Malformed, reason), (fault.Kind, fault.Reason));
    }

    [Theory]
    [InlineData("family $01", "Illegal nickname in family line")]
    [InlineData("accept6 *:*", "Rejecting router with reject6/accept6 line: they crash older Tors.")]
    [InlineData("accept 1.2.3.4", null)]
    [InlineData("accept 1.2.3.4:0", "Error in exit policy")]
    [InlineData("accept [2001:db8::1]:80", "Error in exit policy")]
    [InlineData("accept *4:80", "Error in exit policy")]
    [InlineData("ipv6-policy allow 80", "Error in ipv6-policy")]
    [InlineData("family $0123456789012345678901234567890123456789 $0123456789012345678901234567890123456789~nick nick", null)]
    [InlineData("unheard-of keyword", null)]
    public void Lines_that_a_relay_signed_are_judged_too(string line, string? reason)
    {
        // The own keys sign whatever is put before the signatures, so only the line is wrong.
        RouterDescriptor stock = StockNetwork.ReadOwnDescriptor();
        RelayDescriptorKeys keys = StockNetwork.ReadRelayKeys(stock);
        byte[] text = RouterDescriptorWriter.Sign(
            RouterDescriptorWriter.WriteBody(stock.Declaration, RouterDescriptorCertificates.Of(stock)).Line(line), keys.Signing, keys.Identity);

        bool good = RouterDescriptor.TryParse(text, out _, out DocumentFault? fault);

        Assert.Equal((reason is null, reason), (good, fault?.Reason));
    }

    [Fact]
    public void A_bad_rsa_signature_leaves_the_digest_worth_fetching_again()
    {
        string text = Encoding.UTF8.GetString(StockNetwork.ReadOwnDescriptor().Text.Span);
        int signature = text.IndexOf("-----BEGIN SIGNATURE-----\n", StringComparison.Ordinal) + 40;
        char changed = text[signature] == 'A' ? 'B' : 'A';

        Assert.False(RouterDescriptor.TryParse(Encoding.UTF8.GetBytes($"{text[..signature]}{changed}{text[(signature + 1)..]}"), out _, out DocumentFault? fault));
        Assert.Equal(new DocumentFault(DocumentFaultKind.BadSignature, "Error reading router descriptor: signature does not match."), fault);
    }

    [Fact]
    public void Bytes_that_are_not_utf8_are_refused()
    {
        byte[] text = StockNetwork.ReadOwnDescriptor().Text.ToArray();
        text[text.AsSpan().IndexOf("contact "u8) + 8] = 0xff;

        Assert.False(RouterDescriptor.TryParse(text, out _, out DocumentFault? fault));
        Assert.Equal("descriptor(s) or extrainfo(s) not valid UTF-8 or had BOM.", fault.Reason);
    }

    [Fact]
    public void The_writer_refuses_text_that_would_add_a_line()
    {
        RouterDescriptor stock = StockNetwork.ReadOwnDescriptor();

        Assert.Throws<ArgumentException>(() =>
            RouterDescriptorWriter.Write(stock.Declaration with { Contact = "x\naccept *:*" }, StockNetwork.ReadRelayKeys(stock)));
    }

    [Fact]
    public void Annotations_and_incomplete_descriptors_are_left_out_of_a_list()
    {
        string text = StockNetwork.ReadText("server-descriptors");
        string annotated = "@downloaded-at 2026-01-01 00:00:00\n" + text.Replace("\nrouter relay1 ", "\n@source \"x\"\nrouter relay1 ", StringComparison.Ordinal);

        Assert.Equal(7, DescriptorSplitter.SplitRouterDescriptors(Encoding.UTF8.GetBytes(annotated)).Count);
        Assert.Equal(6, DescriptorSplitter.SplitRouterDescriptors(Encoding.UTF8.GetBytes(annotated[..^20])).Count);
        Assert.Empty(DescriptorSplitter.SplitExtraInfos(Encoding.UTF8.GetBytes(annotated)));
    }

    [Fact]
    public void Damaged_text_never_throws()
    {
        byte[] text = StockNetwork.ReadDescriptors().Single(descriptor => descriptor.Declaration.Nickname == "relay1").Text.ToArray();
        Assert.Equal(0, DocumentHarness.CountAcceptedPrefixes(text, Parse));
        DocumentHarness.Mutate(text, seed: 31, rounds: 800, Parse);
    }

    private static bool Parse(ReadOnlyMemory<byte> text) => RouterDescriptor.TryParse(text, out _, out _);
}
