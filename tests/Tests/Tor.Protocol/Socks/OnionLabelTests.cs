using Tunic.Tor.Protocol.Socks;

namespace Tunic.Tests.Tor.Protocol.Socks;

public sealed class OnionLabelTests
{
    /// <summary>rend-spec-v3, "Encoding onion addresses".</summary>
    [Theory]
    [InlineData("pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd")]
    [InlineData("sp3k262uwy4r2k3ycr5awluarykdpag6a7y33jxop4cs2lu5uz5sseqd")]
    [InlineData("xa4r2iadxm55fbnqgwwi5mymqdcofiu3w6rpbtqn7b2dyn7mgwj64jyd")]
    public void Addresses_of_the_specification_are_valid_and_any_other_letter_is_not(string label)
    {
        Assert.True(OnionLabel.IsValid(label));
        for (int i = 0; i < label.Length; i++)
        {
            Assert.False(OnionLabel.IsValid(label.AsSpan(0, i)));
            Assert.False(OnionLabel.IsValid(label.Remove(i, 1).Insert(i, label[i] == 'a' ? "b" : "a")));
            Assert.False(OnionLabel.IsValid(label.Remove(i, 1).Insert(i, "1")));
        }

        Assert.False(OnionLabel.IsValid(label + "a"));
    }
}
