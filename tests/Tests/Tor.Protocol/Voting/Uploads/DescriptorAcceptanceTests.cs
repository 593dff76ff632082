using System.Net;
using System.Text;
using Tunic.Primitives.Keys;
using Tunic.Tests.Tor.Protocol.Documents;
using Tunic.Tor.Protocol.Documents.Consensuses;
using Tunic.Tor.Protocol.Documents.Descriptors;
using Tunic.Tor.Protocol.Documents.Policies;
using Tunic.Tor.Protocol.Voting.Uploads;

namespace Tunic.Tests.Tor.Protocol.Voting.Uploads;

public class DescriptorAcceptanceTests
{
    private static readonly DateTime Now = new(2026, 5, 6, 7, 8, 9, DateTimeKind.Utc);

    private readonly DescriptorShelf _shelf = new();
    private readonly KeyPinningJournal _journal = new();
    private readonly DescriptorAcceptance _acceptance;

    public DescriptorAcceptanceTests() => _acceptance = new DescriptorAcceptance(new AcceptanceOptions(), _shelf, _journal);

    [Fact]
    public void A_good_descriptor_is_kept_pinned_and_tested()
    {
        var relay = new MadeRelay(1);
        UploadAnswer answer = AcceptUpload(_acceptance, relay.Write(Now), Now);
        Assert.Equal(new UploadAnswer(UploadResult.Added, "[None]"), answer);
        Assert.Equal(200, answer.Status);
        Assert.NotNull(_shelf.FindCurrent(relay.Identity));
        Assert.Equal(KeyPinResult.Found, _journal.Check(relay.Identity, relay.Ed25519Identity));
        Assert.True(_acceptance.TryTakeTest(out var tested));
        Assert.Equal(relay.Identity, tested);
        Assert.False(_acceptance.TryTakeTest(out _));
    }

    [Fact]
    public void The_same_descriptor_again_is_not_new()
    {
        byte[] text = new MadeRelay(1).Write(Now);
        AcceptUpload(_acceptance, text, Now);
        UploadAnswer answer = AcceptUpload(_acceptance, text, Now);
        Assert.Equal((UploadResult.AlreadyKnown, "Router descriptor was not new."), (answer.Result, answer.Message));
        Assert.True(answer.IsNotNew);
        Assert.Equal(200, answer.Status);
    }

    [Fact]
    public void A_cosmetic_change_is_not_taken_and_a_real_one_is()
    {
        var relay = new MadeRelay(1);
        AcceptUpload(_acceptance, relay.Write(Now), Now);
        relay.Declaration = relay.Declaration with { UptimeSeconds = relay.Declaration.UptimeSeconds + 60 };
        UploadAnswer answer = AcceptUpload(_acceptance, relay.Write(Now.AddSeconds(60)), Now);
        Assert.Equal("Not replacing router descriptor; no information has changed since the last one with this identity.", answer.Message);
        relay.Declaration = relay.Declaration with { BandwidthObserved = relay.Declaration.BandwidthObserved * 3 };
        Assert.Equal(UploadResult.Added, AcceptUpload(_acceptance, relay.Write(Now.AddSeconds(120)), Now).Result);
        Assert.Equal(UploadResult.AlreadyKnown, AcceptUpload(_acceptance, relay.Write(Now.AddSeconds(90)), Now).Result);
    }

    [Fact]
    public void One_relay_cannot_fill_the_shelf_however_many_descriptors_it_signs()
    {
        var relay = new MadeRelay(1);
        byte[][] texts = [.. Enumerable.Range(-20, 20).Select(minute => relay.Write(Now.AddMinutes(minute)))];
        AcceptUpload(_acceptance, relay.Write(Now), Now);
        foreach (byte[] text in texts)
        {
            Assert.True(AcceptUpload(_acceptance, text, Now).IsNotNew);
        }

        Assert.Equal(Now, _shelf.FindCurrent(relay.Identity)!.Declaration.Published);
        Assert.Equal(1 + ReplacedDescriptors.MaxPerRelay, _shelf.Count);
        Assert.Equal([0, 1, 2], _shelf.TakeNew().Descriptors.Select(kept => (int)(Now - kept.Declaration.Published).TotalMinutes).Order());

        for (int hour = 3; hour <= 30; hour += 3)
        {
            Assert.Equal(UploadResult.Added, AcceptUpload(_acceptance, relay.Write(Now.AddHours(hour)), Now.AddHours(hour)).Result);
        }

        Assert.Equal(1 + ReplacedDescriptors.MaxPerRelay, _shelf.Count);
    }

    [Fact]
    public void The_descriptor_that_the_consensus_lists_is_kept_whatever_follows_it()
    {
        Consensus consensus = StockNetwork.ReadConsensus("consensus-1");
        RouterDescriptor listed = StockNetwork.ReadDescriptors().First(each => consensus.Relays.Any(relay => relay.DescriptorDigest == each.Digest));
        var replaced = new ReplacedDescriptors();
        Assert.Empty(Add(listed.Digest, 0));
        Assert.Empty(Add(Digest(1), 1));
        Assert.Empty(Add(Digest(2), 2));
        Assert.Equal([Digest(1)], Add(Digest(3), 3));
        Assert.Equal([Digest(0)], Add(Digest(0), -1));
        Assert.Equal(new[] { Digest(2), Digest(3), listed.Digest }.Order(), replaced.Of(listed.Identity).Order());

        replaced.Remove(listed.Identity, Digest(2));
        Assert.Empty(Add(Digest(4), 4));

        IReadOnlyList<Digest160> Add(Digest160 digest, int minute) => replaced.Add(
            listed.Identity, digest, Now.AddMinutes(minute), each => consensus.Relays.Any(relay => relay.DescriptorDigest == each));
    }

    [Fact]
    public void A_full_shelf_takes_no_further_relay_and_forgets_none()
    {
        var shelf = new DescriptorShelf(maxRelays: 1);
        var journal = new KeyPinningJournal();
        var acceptance = new DescriptorAcceptance(new AcceptanceOptions(), shelf, journal);
        var relay = new MadeRelay(1);
        var other = new MadeRelay(2);
        Assert.Equal(UploadResult.Added, AcceptUpload(acceptance, relay.Write(Now), Now).Result);

        Assert.Equal(UploadResult.Rejected, AcceptUpload(acceptance, other.Write(Now), Now).Result);

        Assert.Equal(KeyPinResult.NotFound, journal.Check(other.Identity, other.Ed25519Identity));
        Assert.Equal(UploadResult.Added, AcceptUpload(acceptance, relay.Write(Now.AddHours(3)), Now.AddHours(3)).Result);
        Assert.Equal([relay.Identity], shelf.Current.Keys);
    }

    [Fact]
    public void A_changed_key_pair_is_refused()
    {
        var relay = new MadeRelay(1);
        AcceptUpload(_acceptance, relay.Write(Now), Now);
        relay.ReplaceMasterKey();
        UploadAnswer answer = AcceptUpload(_acceptance, relay.Write(Now.AddHours(3)), Now.AddHours(3));
        Assert.Equal(400, answer.Status);
        Assert.StartsWith("Looks like your keypair has changed?", answer.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(13, "Rejected: Your clock is set too far in the future, or your timezone is not correct.")]
    [InlineData(-25, "Rejected: Server is expired, or your clock is too far in the past, or your timezone is not correct.")]
    public void A_wrong_clock_is_refused(int hours, string message) => Refuse(new MadeRelay(1).Write(Now.AddHours(hours)), message);

    [Theory]
    [InlineData("Tor 0.4.7.16 on Linux", "Tor version is insecure or unsupported. Please upgrade!")]
    [InlineData("Tor x on Linux", "Malformed platform string.")]
    public void An_old_or_malformed_version_is_refused(string platform, string message)
    {
        var relay = new MadeRelay(1);
        relay.Declaration = relay.Declaration with { Platform = platform };
        Refuse(relay.Write(Now), message);
    }

    [Theory]
    [InlineData("Tunic 0.1 on Linux")]
    [InlineData("Tor 0.4.8.0-alpha-dev on Linux")]
    [InlineData(null)]
    public void Other_software_is_welcome(string? platform)
    {
        var relay = new MadeRelay(1);
        relay.Declaration = relay.Declaration with { Platform = platform };
        Assert.Equal(UploadResult.Added, AcceptUpload(_acceptance, relay.Write(Now), Now).Result);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("10.1.2.3")]
    [InlineData("100.64.0.1")]
    public void A_private_address_is_refused_unless_allowed(string address)
    {
        var relay = new MadeRelay(1);
        relay.Declaration = relay.Declaration with { Address = IPAddress.Parse(address) };
        Refuse(relay.Write(Now), "Rejected: Address is a private address.");
        var allowing = new DescriptorAcceptance(new AcceptanceOptions { AllowPrivateAddresses = true }, new DescriptorShelf(), new KeyPinningJournal());
        Assert.Equal(UploadResult.Added, AcceptUpload(allowing, relay.Write(Now), Now).Result);
    }

    [Fact]
    public void The_operator_can_reject_by_either_key_and_by_address()
    {
        var relay = new MadeRelay(1);
        _acceptance.Standings = RelayStandings.Parse($"# list\n!reject {relay.Identity}\n");
        Refuse(relay.Write(Now), "Fingerprint and/or ed25519 identity is marked rejected");
        _acceptance.Standings = RelayStandings.Parse($"!REJECT {relay.Ed25519Identity.ToBase64()}");
        Refuse(relay.Write(Now), "Fingerprint and/or ed25519 identity is marked rejected");
        _acceptance.Standings = new RelayStandings
        {
            RejectedAddresses = [new ExitPolicyRule(false, new AddressPattern(relay.Declaration.Address, 16), ExitPolicyRule.AllPorts)],
        };
        Refuse(relay.Write(Now), "Suspicious relay address range");
        _acceptance.Standings = RelayStandings.None;
        Assert.Equal(UploadResult.Added, AcceptUpload(_acceptance, relay.Write(Now), Now).Result);
        _acceptance.Standings = RelayStandings.Parse($"!reject {relay.Identity}");
        _acceptance.RemoveUnwanted();
        Assert.Empty(_shelf.Current);
    }

    [Fact]
    public void What_cannot_be_read_is_answered_as_stock_tor_does()
    {
        Assert.Equal(new UploadAnswer(UploadResult.Added, "[None]"), AcceptUpload(_acceptance, "garbage"u8.ToArray(), Now));
        Refuse([0xff, 0xfe], "descriptor(s) or extrainfo(s) not valid UTF-8 or had BOM.");
        Refuse([0xef, 0xbb, 0xbf, .. new MadeRelay(1).Write(Now)], "descriptor(s) or extrainfo(s) not valid UTF-8 or had BOM.");
    }

    [Fact]
    public void The_worst_of_several_documents_is_answered()
    {
        byte[] both = [.. new MadeRelay(1).Write(Now), .. new MadeRelay(2).Write(Now.AddHours(-30))];
        Refuse(both, "Rejected: Server is expired");
        Assert.Single(_shelf.Current);
    }

    [Fact]
    public void Stock_descriptors_are_accepted()
    {
        var acceptance = new DescriptorAcceptance(new AcceptanceOptions { AllowPrivateAddresses = true }, _shelf, _journal);
        Assert.Equal(UploadResult.Added, AcceptUpload(acceptance, StockVoting.Read("descriptors"), new DateTime(2026, 11, 21, 10, 30, 0, DateTimeKind.Utc)).Result);
        Assert.Equal(7, _shelf.Current.Count);
    }

    [Fact]
    public void The_journal_survives_a_round_trip_and_skips_corrupt_lines()
    {
        var relay = new MadeRelay(1);
        AcceptUpload(_acceptance, relay.Write(Now), Now);
        Assert.True(_journal.TryTakeNewLines(out string lines));
        Assert.False(_journal.TryTakeNewLines(out _));
        string text = "\n@opened-at 2026-01-01 00:00:00\n# comment\ncorrupt\n" + lines + lines[..40];
        KeyPinningJournal read = KeyPinningJournal.Parse(text);
        Assert.Equal(1, read.Count);
        Assert.Equal(KeyPinResult.Found, read.Check(relay.Identity, relay.Ed25519Identity));
        Assert.Equal(KeyPinResult.Mismatch, read.Check(relay.Identity, new MadeRelay(2).Ed25519Identity));
        Assert.Equal(KeyPinResult.Mismatch, read.Check(new MadeRelay(2).Identity, relay.Ed25519Identity));
        Assert.Equal(KeyPinResult.NotFound, read.Check(new MadeRelay(2).Identity, new MadeRelay(2).Ed25519Identity));
        Assert.Equal(1, KeyPinningJournal.Parse(read.Format(Now)).Count);
    }

    private static UploadAnswer AcceptUpload(DescriptorAcceptance acceptance, ReadOnlyMemory<byte> body, DateTime now) =>
        acceptance.Accept(ReceivedUpload.Read(body), now);

    private static Digest160 Digest(int number)
    {
        var bytes = new byte[Digest160.Length];
        bytes[0] = (byte)number;
        return new Digest160(bytes);
    }

    private void Refuse(byte[] body, string message)
    {
        UploadAnswer answer = AcceptUpload(_acceptance, body, Now);
        Assert.StartsWith(message, answer.Message, StringComparison.Ordinal);
        Assert.Equal(400, answer.Status);
        Assert.DoesNotContain('\n', Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(answer.Message)));
    }
}
