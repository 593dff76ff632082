using Tunic.Primitives.Overlay;
using Tunic.Tor.Client.Streams;
using Tunic.Tor.Protocol.Control.Events;

namespace Tunic.Tests.Tor.Client.ControlPort;

/// <summary>What controllers are told as it happens.</summary>
public sealed class ControlEventTests(ControlledNetwork network) : IClassFixture<ControlledNetwork>
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task All_events_may_be_asked_for_at_once_and_an_unknown_one_changes_nothing()
    {
        await using ControlledClient client = await network.ControlAsync();
        await using Controller controller = await client.EnterAsync();

        Assert.Equal("250 OK", await controller.AskAsync($"SETEVENTS {ControlEventNames.All.ToLowerInvariant()}"));
        Assert.Equal("552 Unrecognized event \"NONSENSE\"", await controller.AskAsync("SETEVENTS NONSENSE"));
        Assert.Equal(ControlEventKind.Debug, client.Process.LeastLogged);
        Assert.Equal("250 OK", await controller.AskAsync("SETEVENTS EXTENDED WARN"));
        Assert.Equal(ControlEventKind.Warn, client.Process.LeastLogged);
        Assert.Equal("250 OK", await controller.AskAsync("SETEVENTS"));
        Assert.Null(client.Process.LeastLogged);
    }

    [Fact]
    public async Task A_start_is_told_from_the_consensus_to_the_first_circuit()
    {
        await using ControlledClient client = await network.ControlAsync();
        await using Controller controller = await client.EnterAsync();
        await controller.AskAsync("SETEVENTS STATUS_CLIENT ORCONN CIRC NEWCONSENSUS NS GUARD NETWORK_LIVENESS BW");

        client.Client.Start();

        Assert.Contains("\nr ", await controller.WaitForEventAsync("NEWCONSENSUS"), StringComparison.Ordinal);
        Assert.Contains("\nr ", await controller.WaitForEventAsync("NS"), StringComparison.Ordinal);
        await controller.WaitForEventAsync("STATUS_CLIENT NOTICE BOOTSTRAP PROGRESS=");
        await controller.WaitForEventAsync("STATUS_CLIENT NOTICE ENOUGH_DIR_INFO");
        Assert.EndsWith(" LAUNCHED ID=1", await controller.WaitForEventAsync("ORCONN $"), StringComparison.Ordinal);
        Assert.Contains(" LAUNCHED BUILD_FLAGS=", await controller.WaitForEventAsync("CIRC 1 LAUNCHED"), StringComparison.Ordinal);
        string built = await controller.WaitForEventAsync("CIRC 1 BUILT $");
        Assert.Contains(" PURPOSE=GENERAL TIME_CREATED=", built, StringComparison.Ordinal);
        string guard = built.Split(' ', ',')[4];
        await controller.WaitForEventAsync("STATUS_CLIENT NOTICE CIRCUIT_ESTABLISHED");
        await controller.WaitForEventAsync("STATUS_CLIENT NOTICE BOOTSTRAP PROGRESS=100 TAG=done");
        Assert.EndsWith(" UP", await controller.WaitForEventAsync($"GUARD ENTRY {guard} UP"), StringComparison.Ordinal);
        await controller.WaitForEventAsync("NETWORK_LIVENESS UP");
        await controller.WaitForEventAsync("BW ");
    }

    [Fact]
    public async Task A_stream_is_told_from_its_begin_to_its_end()
    {
        await using ControlledClient client = await network.ControlAsync();
        await using Controller controller = await RunAsync(client);
        await controller.AskAsync("SETEVENTS STREAM STREAM_BW ADDRMAP");
        await controller.AskAsync("MAPADDRESS a.example=b.example");

        await Assert.ThrowsAnyAsync<Exception>(() => client.Client.OpenAsync(new StreamRequest(new HostAndPort("a.example", 80), IsolationKey.None), Cancel));

        await controller.WaitForEventAsync("ADDRMAP a.example b.example NEVER");
        Assert.Contains(" a.example:80 ", await controller.WaitForEventAsync("STREAM 1 NEW 0"), StringComparison.Ordinal);
        await controller.WaitForEventAsync("STREAM 1 REMAP 0 b.example:80");
        await controller.WaitForEventAsync("STREAM 1 SENTCONNECT ");
        Assert.Contains(" REASON=", await controller.WaitForEventAsync("STREAM 1 DETACHED "), StringComparison.Ordinal);
        await controller.WaitForEventAsync("STREAM 1 FAILED ");
        await controller.WaitForEventAsync("STREAM 1 CLOSED ");
        Assert.Equal("250-stream-status=\n250 OK", await controller.AskAsync("GETINFO stream-status"));
    }

    [Fact]
    public async Task A_held_stream_waits_for_the_circuit_that_a_controller_chooses()
    {
        await using ControlledClient client = await network.ControlAsync();
        await using Controller controller = await RunAsync(client);
        await controller.AskAsync("SETEVENTS STREAM CIRC CIRC_MINOR");
        client.Client.LeavesStreamsUnattached = true;
        string path = string.Join(',', network.Relays.Take(3).Select(relay => $"${relay.Identity}"));
        string circuit = (await controller.AskAsync($"EXTENDCIRCUIT 0 {path}")).Split(' ')[^1];
        await controller.WaitForEventAsync($"CIRC {circuit} BUILT {path.Split(',')[0]}");

        Task lookup = client.Client.ResolveAsync("where.are.you", IsolationKey.None, Cancel);
        await controller.WaitForEventAsync("STREAM 1 CONTROLLER_WAIT 0");
        Assert.Equal("250 OK", await controller.AskAsync($"ATTACHSTREAM 1 {circuit}"));
        await lookup.WaitAsync(Limit, Cancel);

        await controller.WaitForEventAsync($"STREAM 1 SENTRESOLVE {circuit} ");
        await controller.WaitForEventAsync($"STREAM 1 SUCCEEDED {circuit} ");
        Assert.Equal("250 OK", await controller.AskAsync($"SETCIRCUITPURPOSE {circuit} purpose=controller"));
        Assert.Contains(" OLD_PURPOSE=GENERAL", await controller.WaitForEventAsync($"CIRC_MINOR {circuit} PURPOSE_CHANGED"), StringComparison.Ordinal);
        Assert.Equal("250 OK", await controller.AskAsync($"CLOSECIRCUIT {circuit}"));
        Assert.Contains(" REASON=REQUESTED", await controller.WaitForEventAsync($"CIRC {circuit} CLOSED"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_answer_of_a_lookup_comes_as_an_event()
    {
        await using ControlledClient client = await network.ControlAsync();
        await using Controller controller = await RunAsync(client);
        await controller.AskAsync("SETEVENTS ADDRMAP");

        Assert.Equal("250 OK", await controller.AskAsync("RESOLVE where.are.you"));
        Assert.Contains(" EXPIRES=\"", await controller.WaitForEventAsync("ADDRMAP where.are.you "), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Build_times_are_told_once_there_are_enough_of_them()
    {
        await using ControlledClient client = await network.ControlAsync();
        await using Controller controller = await RunAsync(client);
        await controller.AskAsync("SETEVENTS BUILDTIMEOUT_SET BW");
        await controller.WaitForEventAsync("BW "); // what comes now is compared with how it is

        for (int number = 0; number < 200; number++)
        {
            client.Client.Planner.OnMeasured(TimeSpan.FromMilliseconds(500 + (10 * (number % 20))));
        }

        Assert.Contains(" TIMEOUT_MS=", await controller.WaitForEventAsync("BUILDTIMEOUT_SET COMPUTED TOTAL_TIMES="), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lines_of_the_log_and_changes_of_the_configuration_are_told_to_those_who_asked()
    {
        await using ControlledClient client = await network.ControlAsync();
        await using Controller controller = await client.EnterAsync();
        await controller.AskAsync("SETEVENTS NOTICE ERR CONF_CHANGED");

        client.Process.Log(ControlEventKind.Info, "nobody wants this");
        client.Process.Log(ControlEventKind.Notice, "one\r\n650 two");
        client.Process.Log(ControlEventKind.Error, "three");
        Assert.Equal("250 OK", await controller.AskAsync("SETCONF MaxCircuitDirtiness=700 ContactInfo=\"a b\""));

        Assert.Equal("650 NOTICE one  650 two", await controller.WaitForEventAsync("NOTICE "));
        Assert.Equal("650 ERR three", await controller.WaitForEventAsync("ERR "));
        Assert.Equal("650-CONF_CHANGED\n650-ContactInfo=a b\n650-MaxCircuitDirtiness=700\n650 OK", await controller.WaitForEventAsync("CONF_CHANGED"));
        Assert.Equal("250 OK", await controller.AskAsync("RESETCONF ContactInfo MaxCircuitDirtiness"));
        Assert.Equal("650-CONF_CHANGED\n650-ContactInfo\n650-MaxCircuitDirtiness=600\n650 OK", await controller.WaitForEventAsync("CONF_CHANGED\n650-ContactInfo\n"));
    }

    private static async Task<Controller> RunAsync(ControlledClient client)
    {
        client.Client.Start();
        await client.Client.Bootstrapped.WaitAsync(Limit, Cancel);
        return await client.EnterAsync();
    }
}
