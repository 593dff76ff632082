using System.Text;
using Tunic.Primitives.Storage;
using Tunic.Primitives.Time;
using Tunic.Tests.Tor.Client.Listeners.Support;
using Tunic.Tests.Tor.Protocol.Paths;
using Tunic.Tests.TorRelay;
using Tunic.Tor.Client;
using Tunic.Tor.Client.Paths;
using Tunic.Tor.Protocol.Paths;

namespace Tunic.Tests.Tor.Client.Paths;

public sealed class PlannerStateTests
{
    private const string Guard = "Guard in=default rsa_id=0011223344556677889900112233445566778899 nickname=relay sampled_on=2026-11-01T00:00:00 listed=1";

    private readonly MemoryStateStore _files = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("")]
    [InlineData("\0\0\0\0\0\0")]
    [InlineData("{ \"guards\": [] }\n")]
    [InlineData("this was a file once\n")]
    [InlineData(" Guard\n")]
    [InlineData("Guard in=default rsa_id=short\n")]
    [InlineData("Guard\n")]
    [InlineData("TotalBuildTimes many\n")]
    [InlineData("TotalBuildTimes 3\nCircuitBuildTimeBin 100 2\n")]
    public async Task A_state_that_makes_no_sense_is_refused(string state)
    {
        await _files.WriteAsync("state", Encoding.ASCII.GetBytes(state), Cancel);

        CorruptStateException failure = await Assert.ThrowsAsync<CorruptStateException>(LoadAsync);

        Assert.StartsWith("state cannot be used: ", failure.Message, StringComparison.Ordinal);
        Assert.EndsWith(CorruptStateException.Restore, failure.Message, StringComparison.Ordinal);
        Assert.Equal(state, Encoding.ASCII.GetString((await _files.ReadAsync("state", Cancel))!));
    }

    [Theory]
    [InlineData("# Tor state file last generated on 2026-11-01 00:00:00 local time\n\nTorVersion Tor 0.4.9.11\nLastWritten 2026-11-01 00:00:00\n")]
    [InlineData(Guard + "\n")]
    [InlineData("Guard in=legacy rsa_id=0011223344556677889900112233445566778899\n" + Guard + "\r\n")]
    [InlineData("TotalBuildTimes 2\nCircuitBuildTimeBin 100 2\nDormant 0\n")]
    public async Task A_state_of_stocks_is_taken(string state)
    {
        await _files.WriteAsync("state", Encoding.ASCII.GetBytes(state), Cancel);

        await LoadAsync();
    }

    [Fact]
    public async Task Lines_of_others_stay_once_each()
    {
        var cache = new Tunic.Tor.Client.NetworkDirectory.DirectoryCache(_files, new LogLines());
        await _files.WriteAsync("state", Encoding.ASCII.GetBytes($"LastRotatedOnionKey 2026-11-01 00:00:00\n{Guard}\n"), Cancel);
        foreach (int _ in Enumerable.Range(0, 3))
        {
            await cache.WriteStateAsync(Encoding.ASCII.GetBytes(Guard.Replace("listed=1", "listed=0", StringComparison.Ordinal) + "\n"), Cancel);
        }

        string[] lines = Encoding.ASCII.GetString((await _files.ReadAsync("state", Cancel))!).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal([Guard.Replace("listed=1", "listed=0", StringComparison.Ordinal), "LastRotatedOnionKey 2026-11-01 00:00:00"], lines);
    }

    [Fact]
    public void What_could_not_be_written_is_written_the_next_time()
    {
        var planner = new PathPlanner(new ClientOptions(), isPrivateNetwork: true, new ManualTime(TestNetwork.Start), new SeededRandomSource(1));
        planner.Update(TestNetwork.OfStockTests().View());
        byte[]? state = planner.TakeChangedState();
        Assert.NotNull(state);
        Assert.Null(planner.TakeChangedState());

        planner.KeepUnsaved();

        Assert.Equal(state, planner.TakeChangedState());
        Assert.Null(planner.TakeChangedState());
    }

    [Fact]
    public void Other_wishes_hold_for_the_next_path()
    {
        var planner = new PathPlanner(new ClientOptions { UseEntryGuards = false }, isPrivateNetwork: true, new ManualTime(TestNetwork.Start), new SeededRandomSource(1));
        planner.Update(TestNetwork.OfStockTests().View());
        var request = new PathRequest { Ports = [new ExitPort(443)] };
        CircuitPath path = planner.Select(request).Path!;
        Assert.True(RelaySet.TryParse($"${path.Hops[^1].RsaIdentity}", out RelaySet? exit, out _));

        planner.Reconfigure(new ClientOptions { UseEntryGuards = false, Constraints = new PathConstraints { ExcludeNodes = exit } });
        Assert.DoesNotContain(
            path.Hops[^1].RsaIdentity, Enumerable.Range(0, 50).SelectMany(_ => planner.Select(request).Path!.Hops.Select(hop => hop.RsaIdentity)));

        planner.Reconfigure(new ClientOptions { UseEntryGuards = false, Addresses = new AddressChoice(UsesIPv4: false, UsesIPv6: true, PrefersIPv6: true) });
        Assert.Null(planner.Select(request).Path); // nobody there has an IPv6 address
        Assert.Empty(planner.Reach(path.Hops[0]));
    }

    private async Task LoadAsync()
    {
        var cache = new Tunic.Tor.Client.NetworkDirectory.DirectoryCache(_files, new LogLines());
        var planner = new PathPlanner(new ClientOptions(), isPrivateNetwork: true, TimeProvider.System, new SeededRandomSource(1));
        if (await cache.ReadStateAsync(Cancel) is { } lines && planner.LoadState(lines) is { } fault)
        {
            throw cache.CorruptState(fault);
        }
    }
}
