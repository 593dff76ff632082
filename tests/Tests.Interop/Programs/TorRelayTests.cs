using System.Globalization;
using Tunic.Tests.Interop.Support;

namespace Tunic.Tests.Interop.Programs;

/// <summary>`tunic tor` as a relay among stock authorities, relays and clients.</summary>
public sealed class TorRelayTests : IDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(120);

    private readonly TestDirectory _directory = new("tunic-relay");

    [Fact]
    public async Task A_stock_client_leaves_the_network_through_our_exit_and_after_a_restart_again_by_the_same_identity()
    {
        await using StockTorNetwork network = await StockTorNetwork.StartAsync();
        await using LoopbackHttpServer server = LoopbackHttpServer.Start();
        int port = LoopbackPorts.Take();
        string[] torrc =
        [
            "TestingTorNetwork 1", "SocksPort 0", "Nickname ourexit", "Address 127.0.0.1", "AssumeReachable 1", "ExitRelay 1", "ExitPolicy accept *:*",
            string.Create(CultureInfo.InvariantCulture, $"ORPort 127.0.0.1:{port}"),
            .. network.DirAuthorityLines.Select(line => $"DirAuthority {line}"),
        ];
        string fingerprint;
        StockTorNode client;
        await using (PeerProcess relay = TunicProgram.StartTor(_directory.FullPath, torrc))
        {
            fingerprint = await ReadFingerprintAsync(relay);
            network.SetBandwidth(fingerprint);
            await network.WaitForConsensusWithAsync([fingerprint], StartLimit);

            // A client that asks before its cache has the new relay asks again only after a while, and then after a longer one.
            await Task.WhenAll(network.Relays.Select(cache => cache.WaitUntilItKnowsAsync([fingerprint], StartLimit)));
            client = network.Add(StockTorRole.Client);
            await client.WaitForBootstrapAsync(StartLimit);

            await FetchAsync(client, server, network.Relays[0].Fingerprint, network.Relays[1].Fingerprint, fingerprint);
            IReadOnlyList<string> flags = (await new StockDirectory(network.Authorities[0].DirectoryUri).GetFlagsAsync())[fingerprint];
            Assert.Superset(new HashSet<string> { "Exit", "Fast", "Running", "Valid" }, flags.ToHashSet());
            await relay.StopAsync();
            Assert.Equal(0, relay.ExitCode);
        }

        await using PeerProcess again = TunicProgram.StartTor(_directory.FullPath, torrc);
        Assert.Equal(fingerprint, await ReadFingerprintAsync(again));
        await again.WaitForLineAsync("Opened OR listener", StartLimit);
        await FetchAsync(client, server, network.Relays[2].Fingerprint, network.Relays[3].Fingerprint, fingerprint);
    }

    public void Dispose() => _directory.Dispose();

    private static async Task FetchAsync(StockTorNode client, LoopbackHttpServer server, params string[] path)
    {
        await using TorControl control = await client.ControlAsync();
        await control.LeaveStreamsUnattachedAsync();
        string circuit = await BuildCircuitAsync(control, path);
        Task<CurlResult> fetching = Curl.ThroughSocks5(client.SocksPort).GetAsync(server.Url("/bytes/1000000"));
        await control.AttachNextStreamAsync(circuit);
        CurlResult page = await fetching;

        Assert.True(page.HttpStatus == 200, page.Output);
        Assert.Equal(LoopbackHttpServer.Content(1_000_000), page.Body);
    }

    /// <summary>A stock client asks for a microdescriptor that its cache did not have only ten seconds later again.</summary>
    private static async Task<string> BuildCircuitAsync(TorControl control, params string[] path)
    {
        string circuit = "";
        await Deadline.UntilAsync("the client knows our exit", StartLimit, async () =>
        {
            try
            {
                circuit = await control.BuildCircuitAsync(path);
                return true;
            }
            catch (InvalidOperationException failure) when (failure.Message.Contains("No descriptor", StringComparison.Ordinal))
            {
                return false;
            }
        });
        return circuit;
    }

    private static async Task<string> ReadFingerprintAsync(PeerProcess relay) =>
        (await relay.WaitForLineAsync("identity key fingerprint is", StartLimit)).Split('\'')[^2].Split(' ')[1];
}
