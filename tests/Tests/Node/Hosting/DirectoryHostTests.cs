using System.Net;
using Tunic.Node.Hosting;
using Tunic.Primitives.Time;
using Tunic.Tor.Network.Channels;

namespace Tunic.Tests.Node.Hosting;

public sealed class DirectoryHostTests
{
    [Theory]
    [InlineData("203.0.114.9", 16)]
    [InlineData("2001:db8::1", 16)]
    [InlineData("127.0.0.1", 1)]
    [InlineData("::1", 1)]
    public void One_address_holds_a_sixteenth_of_a_directory_port_unless_it_is_this_machine(string address, int share)
    {
        ConnectionLimits limits = DirectoryHost.CreateLimits(SystemRandomSource.Instance);
        var remote = IPAddress.Parse(address);
        int held = 0;

        while (limits.TryEnter(remote, TimeSpan.Zero))
        {
            held++;
        }

        Assert.Equal(limits.Options.MaxConnections / share, held);
    }
}
