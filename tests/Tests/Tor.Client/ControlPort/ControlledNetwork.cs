using Tunic.Primitives.Storage;
using Tunic.Tests.Tor.Client.Networks;
using Tunic.Tests.Tor.Protocol.Voting;
using Tunic.Tor.Client;
using Tunic.Tor.Protocol.Control.Authentication;
using Tunic.Tor.Protocol.Documents.Policies;

namespace Tunic.Tests.Tor.Client.ControlPort;

/// <summary>A network in memory for clients with control ports. Made once: keys are slow to make.</summary>
public sealed class ControlledNetwork : IAsyncLifetime
{
    private SimulatedNetwork _network = null!;

    internal MadeRelay[] Relays { get; } = [.. Enumerable.Range(1, 7).Select(CreateExit)];

    public async ValueTask InitializeAsync() => _network = await SimulatedNetwork.StartAsync(Relays);

    public ValueTask DisposeAsync() => _network.DisposeAsync();

    /// <summary>A client that is not started, with its control port open.</summary>
    internal async Task<ControlledClient> ControlAsync(ControlCredentials? credentials = null)
    {
        TorClient client = await _network.CreateClientAsync(new ClientOptions(), new MemoryStateStore());
        return new ControlledClient(client, credentials ?? new ControlCredentials());
    }

    private static MadeRelay CreateExit(int number)
    {
        Assert.True(ExitPolicyParser.TryParseConfiguration("accept *:80,accept *:443,reject *:*", out ExitPolicy policy));
        var relay = new MadeRelay(number);
        relay.Declaration = relay.Declaration with { ExitPolicy = policy };
        return relay;
    }
}
