using System.Net.Sockets;
using Tunic.Tests.TorRelay.Support;
using Tunic.Tor.Network.Circuits;

namespace Tunic.Tests.TorRelay.Connections;

/// <summary>An OR port to which somebody connects who says nothing.</summary>
public sealed class SilentConnectionsTests
{
    [Fact]
    public async Task Connections_that_say_nothing_do_not_close_the_port()
    {
        await using LoopbackRelay relay = LoopbackRelay.Start(options => options with { Listener = options.Listener with { MaxHandshakes = 4 } });
        var silent = new List<Socket>();
        try
        {
            for (int i = 0; i < 12; i++)
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                silent.Add(socket);
                await socket.ConnectAsync(relay.Address);
            }

            await using var client = new LoopbackClient();
            OriginCircuit circuit = await client.BuildAsync(relay.Fast);

            Assert.NotNull(circuit);
        }
        finally
        {
            silent.ForEach(socket => socket.Dispose());
        }
    }
}
