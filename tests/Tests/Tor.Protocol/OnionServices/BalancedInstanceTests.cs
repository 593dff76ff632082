using Tunic.Tor.Protocol.OnionServices;
using Tunic.Tor.Protocol.OnionServices.Balancing;

namespace Tunic.Tests.Tor.Protocol.OnionServices;

// Cases of stock tor: src/test/test_hs_ob.c, test_parse_config_file, test_get_subcredentials.
public sealed class BalancedInstanceTests
{
    private const string One = "25njqamcweflpvkl73j4szahhihoc4xt3ktcgjnpaingr5yhkenl5sid.onion";
    private const string Two = "paozpdhgz2okvc6kgbxvh2bnfsmt4xergrtcl4obkhopyvwxkpjzvoad.onion";

    [Theory]
    [InlineData($"MasterOnionAddress {One}", 1)]
    [InlineData($"# comment\n\nmasteronionaddress\t{One}\r\nMasterOnionAddress {Two} # two\n", 2)]
    public void Addresses_are_read_from_the_file(string text, int count)
    {
        Assert.True(BalancedInstance.TryParse(text, out BalancedInstance? instance));
        Assert.Equal(((string[])[One, Two])[..count], instance.Masters.Select(master => master.ToString()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("MasterOnionAddress")]
    [InlineData("MasterOnionAddress JUNKJUNKJUNK.onion")]
    [InlineData("MasterOnionAddress 25njqamcweflpvkl73j4szahhihoc4xt3ktcgjnpaingr5yhkenl5sid")]
    [InlineData($"MasterOnionAddress {One} {Two}")]
    [InlineData($"UnknownOption {One}")]
    [InlineData($"MasterOnionAddress {One}\nMasterOnionAddress x.onion")]
    public void Other_files_are_refused(string text) => Assert.False(BalancedInstance.TryParse(text, out _));

    [Fact]
    public void Each_master_has_three_subcredentials_and_the_service_its_own()
    {
        Assert.True(BalancedInstance.TryParse($"MasterOnionAddress {One}\nMasterOnionAddress {Two}", out BalancedInstance? instance));
        var period = new TimePeriod(20000, 1440);
        var own = new Subcredential(default);

        IReadOnlyList<Subcredential> all = instance.GetSubcredentials(period, [own, own]);

        Assert.Equal(8, all.Count);
        Assert.Equal(PeriodCredential.Create(instance.Masters[1], period).Subcredential, all[1]);
        Assert.Equal(PeriodCredential.Create(instance.Masters[0], period.Previous).Subcredential, all[2]);
        Assert.Equal(PeriodCredential.Create(instance.Masters[0], period.Next).Subcredential, all[4]);
        Assert.Equal([own, own], all.Skip(6));
    }

    [Fact]
    public void The_number_of_addresses_is_limited()
    {
        string line = $"MasterOnionAddress {One}\n";

        Assert.True(BalancedInstance.TryParse(string.Concat(Enumerable.Repeat(line, BalancedInstance.MaxMasters)), out _));
        Assert.False(BalancedInstance.TryParse(string.Concat(Enumerable.Repeat(line, BalancedInstance.MaxMasters + 1)), out _));
    }
}
