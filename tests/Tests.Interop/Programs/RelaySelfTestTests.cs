using System.Globalization;
using Tunic.Tests.Interop.Support;

namespace Tunic.Tests.Interop.Programs;

/// <summary>`tunic tor` as a relay that publishes itself only when circuits through stock relays have come back to it.</summary>
public sealed class RelaySelfTestTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

    private readonly TestDirectory _directory = new("tunic-relay");

    [Fact]
    public async Task A_relay_publishes_itself_when_stock_relays_have_reached_it_and_then_measures_itself()
    {
        await using StockTorNetwork network = await StockTorNetwork.StartAsync(new StockTorOptions { Clients = 0 });
        int[] ports = LoopbackPorts.Take(2);
        string[] common =
        [
            "TestingTorNetwork 1", "SocksPort 0", "Address 127.0.0.1", "ExitRelay 0",
            .. network.DirAuthorityLines.Select(line => $"DirAuthority {line}"),
        ];
        string orPort = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{ports[0]}");
        await using PeerProcess relay = TunicProgram.StartTor(_directory.FullPath, ["Nickname reachable", $"ORPort {orPort}", .. common]);
        string hiddenDirectory = Directory.CreateDirectory(Path.Combine(_directory.FullPath, "hidden")).FullName;
        string hiddenPort = string.Create(CultureInfo.InvariantCulture, $"{ports[1]}");
        await using PeerProcess hidden = TunicProgram.StartTor(
            hiddenDirectory, ["Nickname hidden", $"ORPort {hiddenPort} NoListen", $"ORPort 127.0.0.1:{LoopbackPorts.Take()} NoAdvertise", .. common]);

        await relay.WaitForLineAsync($"Now checking whether IPv4 ORPort {orPort} is reachable... (this may take up to 20 minutes", Limit);
        await relay.WaitForLineAsync($"Self-testing indicates your ORPort {orPort} is reachable from the outside. Excellent. Publishing server descriptor.", Limit);
        await network.WaitForConsensusWithAsync([await ReadFingerprintAsync(relay)], Limit);
        await relay.WaitForLineAsync("Performing bandwidth self-test...done.", Limit);

        await hidden.WaitForLineAsync($"Now checking whether IPv4 ORPort 127.0.0.1:{hiddenPort} is reachable", Limit);
        IReadOnlySet<string> listed = (await new StockDirectory(network.Authorities[0].DirectoryUri).GetFlagsAsync()).Keys.ToHashSet();
        Assert.DoesNotContain(await ReadFingerprintAsync(hidden), listed);
        Assert.DoesNotContain(hidden.Lines, line => line.Contains("Self-testing indicates", StringComparison.Ordinal));
    }

    public void Dispose() => _directory.Dispose();

    private static async Task<string> ReadFingerprintAsync(PeerProcess relay) =>
        (await relay.WaitForLineAsync("identity key fingerprint is", Limit)).Split('\'')[^2].Split(' ')[1];
}
