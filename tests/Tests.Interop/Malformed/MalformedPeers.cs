using System.Net;
using Tunic.Primitives.Keys;
using Tunic.Tests.Interop.Support;
using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.Circuits;

namespace Tunic.Tests.Interop.Malformed;

/// <summary>A stock exit and an exit of ours side by side in one stock network. Ours publishes nothing, so the network stays as it is.</summary>
public sealed class MalformedPeers(SharedStockNetwork shared) : IAsyncLifetime
{
    private readonly TestDirectory _directory = new("tunic-exit");
    private readonly int _orPort = LoopbackPorts.Take();
    private PeerProcess? _exit;

    /// <summary>Knows both exits' neighbour: the first hop of circuits of two.</summary>
    internal HopTarget Guard { get; private set; } = null!;

    internal HopTarget Stock { get; private set; } = null!;

    internal HopTarget Ours { get; private set; } = null!;

    internal LoopbackHttpServer Server { get; } = LoopbackHttpServer.Start();

    public async ValueTask InitializeAsync()
    {
        StockTorNetwork network = await shared.GetAsync();
        _exit = TunicProgram.StartTor(
            _directory.FullPath,
            [
                "TestingTorNetwork 1", "AddressDisableIPv6 1", "SocksPort 0", "Address 127.0.0.1", "AssumeReachable 1", "PublishServerDescriptor 0",
                "Nickname strangersexit", $"ORPort 127.0.0.1:{_orPort}", "ExitRelay 1", $"ExitPolicy reject *:{SharedStockNetwork.RefusedPort}", "ExitPolicy accept *:*",
                .. network.DirAuthorityLines.Select(line => $"DirAuthority {line}"),
            ]);
        Guard = await ReadAsync(network.Relays[0].DataDirectory, network.Relays[0].Process, network.Relays[0].OrPort);
        Stock = await ReadAsync(network.Exits[0].DataDirectory, network.Exits[0].Process, network.Exits[0].OrPort);
        Ours = await ReadAsync(Path.Combine(_directory.FullPath, "data"), _exit, _orPort);
        await _exit.WaitForLineAsync("Bootstrapped 100%", TimeSpan.FromSeconds(60));
    }

    public async ValueTask DisposeAsync()
    {
        if (_exit is not null)
        {
            await _exit.DisposeAsync();
        }

        await Server.DisposeAsync();
        _directory.Dispose();
    }

    /// <summary>What a circuit needs to know of a relay, from its key files, which are the same for stock's and ours.</summary>
    private static async Task<HopTarget> ReadAsync(string dataDirectory, PeerProcess process, int orPort)
    {
        const int TagLength = 32;
        string line = await process.WaitForLineAsync("identity key fingerprint is", TimeSpan.FromSeconds(60));
        var rsa = new RsaIdentity(Convert.FromHexString(line.Split('\'')[^2].Split(' ')[1]));
        string keys = Path.Combine(dataDirectory, "keys");
        byte[] master = await File.ReadAllBytesAsync(Path.Combine(keys, "ed25519_master_id_public_key"));
        var ed25519 = new Ed25519Identity(master.AsSpan(TagLength));
        byte[] ntor = (await File.ReadAllBytesAsync(Path.Combine(keys, "secret_onion_key_ntor")))[(TagLength + 32)..]; // after the secret half
        return new HopTarget
        {
            RsaIdentity = rsa,
            Ed25519Identity = ed25519,
            NtorOnionKey = ntor,
            Specifiers = LinkSpecifiers.For(new IPEndPoint(IPAddress.Loopback, orPort), rsa, ed25519, null),
        };
    }
}
