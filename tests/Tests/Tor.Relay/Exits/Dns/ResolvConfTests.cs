using Tunic.Tests.TorRelay.Support;
using Tunic.Tor.Relay.Exits.Dns;

namespace Tunic.Tests.TorRelay.Exits.Dns;

public sealed class ResolvConfTests
{
    [Fact]
    public void Servers_domains_and_options_are_read_and_the_rest_is_passed_over()
    {
        ResolvConf conf = ResolvConf.Parse(
            "# comment\nnameserver 192.0.2.53\nnameserver 2001:db8::53\nnameserver 127.0.0.1:5353\nnameserver nobody\n"
            + "domain old.example\nsearch a.example b.example.\r\noptions ndots:2 timeout:3 attempts:4 rotate\nsortlist x\n");

        Assert.Equal(["192.0.2.53:53", "[2001:db8::53]:53", "127.0.0.1:5353"], conf.Servers.Select(server => server.ToString()));
        Assert.Equal(["a.example", "b.example"], conf.SearchDomains);
        Assert.Equal((2, TimeSpan.FromSeconds(3), 4), (conf.Dots, conf.Timeout, conf.Attempts));
    }

    [Fact]
    public void Without_a_server_the_machine_itself_is_asked() => Assert.Equal(["127.0.0.1:53"], ResolvConf.Parse("").Servers.Select(server => server.ToString()));

    [Theory]
    [InlineData("host", "host.a|host.b|host")]
    [InlineData("www.host", "www.host|www.host.a|www.host.b")]
    [InlineData("host.", "host")]
    public void Short_names_are_first_looked_for_in_the_domains(string name, string candidates) =>
        Assert.Equal(candidates.Split('|'), ResolvConf.Parse("search a b").Candidates(name));

    [Fact]
    public void A_file_is_read_again_when_it_has_changed()
    {
        string path = Path.GetTempFileName();
        var clock = new TestClock();
        var file = new WatchedFile<string>(path, text => text, clock);
        Assert.Equal("", file.Content);

        File.WriteAllText(path, "more");
        Assert.Equal("", file.Content);
        clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal("more", file.Content);

        File.Delete(path);
        clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal("", file.Content);
    }
}
