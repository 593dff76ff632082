using Tunic.Tor.Protocol.Documents.Consensuses;

namespace Tunic.Tests.Tor.Protocol.Documents;

public sealed class StoredConsensusTests
{
    private static readonly byte[] Text = StockNetwork.Read("consensus-microdesc-1");

    [Fact]
    public void One_that_enough_trusted_authorities_have_signed_is_used()
    {
        StoredConsensus stored = Judge(Text);

        Assert.Equal(StockNetwork.ReadConsensus("consensus-microdesc-1").SignedSha3, stored.Usable?.SignedSha3);
        Assert.Equal((null, null), (stored.Fault, stored.Complaint));
    }

    [Fact]
    public void One_of_a_day_before_is_not_used_without_a_word_whoever_signed_it()
    {
        Assert.Equal(new StoredConsensus(null), Judge(Text, StockNetwork.Now.AddDays(2)));
        Assert.Equal(new StoredConsensus(null), Judge(Change(Text), StockNetwork.Now.AddDays(2)));
    }

    [Fact]
    public void One_of_strangers_is_complained_of()
    {
        StoredConsensus stored = StoredConsensus.Judge(Text, ConsensusFlavor.Microdescriptor, [], StockNetwork.Authorities, StockNetwork.Now);

        Assert.Equal(new StoredConsensus(null, Complaint: "not enough of the network's authorities have signed it"), stored);
    }

    [Fact]
    public void One_that_was_altered_or_cut_or_is_of_the_other_flavour_is_at_fault()
    {
        Assert.Equal(new StoredConsensus(null, "its signatures do not hold"), Judge(Change(Text)));
        Assert.Equal(new StoredConsensus(null, "it is of the other flavour"), Judge(StockNetwork.Read("consensus-1")));
        Assert.NotNull(Judge(Text[..(Text.Length / 2)]).Fault);
        Assert.NotNull(Judge([]).Fault);
    }

    private static StoredConsensus Judge(byte[] text, DateTime? now = null) =>
        StoredConsensus.Judge(text, ConsensusFlavor.Microdescriptor, StockNetwork.Certificates, StockNetwork.Authorities, now ?? StockNetwork.Now);

    private static byte[] Change(byte[] text)
    {
        byte[] changed = [.. text];
        int index = changed.AsSpan().IndexOf("\nm "u8) + 10;
        changed[index] = changed[index] == 'A' ? (byte)'B' : (byte)'A';
        return changed;
    }
}
