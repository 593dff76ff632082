using System.Collections.Concurrent;
using System.Net;
using Tunic.Primitives.Keys;
using Tunic.Tests.TorRelay.Support;
using Tunic.Tor.Network.Channels;
using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.Errors;
using Tunic.Tor.Protocol.RelayMessages;
using Tunic.Tor.Relay.Circuits;

namespace Tunic.Tests.TorRelay.Circuits;

/// <summary>Circuits that wait for channels to relays that do not answer.</summary>
public sealed class PendingExtensionTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<IPEndPoint, TaskCompletionSource> _tried = new();
    private readonly ConcurrentDictionary<IPEndPoint, TaskCompletionSource> _givenUp = new();

    [Fact]
    public async Task Truncate_ends_the_wait_and_the_attempt()
    {
        await using RelayBench bench = Create();
        RawCircuit circuit = await RawCircuit.CreateAsync(bench.ConnectClient());
        IPEndPoint target = await ExtendAsync(circuit, 1);

        circuit.Send(RelayCommand.Truncate, 0, []);

        Assert.Equal(RelayCommand.Truncated, (await circuit.ReadAsync()).Command);
        await On(_givenUp, target).WaitAsync(Limit);
    }

    [Fact]
    public async Task The_end_of_the_circuit_ends_the_wait_but_not_that_of_others()
    {
        await using RelayBench bench = Create();
        RawPeer client = bench.ConnectClient();
        RawCircuit first = await RawCircuit.CreateAsync(client);
        RawCircuit second = await RawCircuit.CreateAsync(bench.ConnectClient("203.0.113.8"));
        IPEndPoint target = await ExtendAsync(first, 1);
        await ExtendAsync(second, 1);
        await WaitForAsync(() => bench.Channels.Waiting == 2);

        client.Send(first.Id, CellCommand.Destroy, [0]);
        await WaitForAsync(() => bench.Channels.Waiting == 1);
        Assert.False(On(_givenUp, target).IsCompleted);

        second.Send(RelayCommand.Truncate, 0, []);
        await On(_givenUp, target).WaitAsync(Limit);
    }

    [Fact]
    public async Task One_relay_whose_circuits_wait_takes_no_places_from_others()
    {
        await using RelayBench bench = Create(new RelayCircuitOptions { MaxPendingExtensions = 16 });
        RawPeer greedy = bench.ConnectClient();
        for (uint i = 0; i < 4; i++)
        {
            await ExtendAsync(await RawCircuit.CreateAsync(greedy, 0x8000_0001 + i), (byte)(i + 1));
        }

        RawCircuit refused = await RawCircuit.CreateAsync(greedy, 0x8000_0010);
        refused.Send(RelayCommand.Extend2, 0, RelayBench.Extend(RelayBench.Someone(99)), CellCommand.RelayEarly);
        Assert.Equal(DestroyReason.ResourceLimit, await greedy.ReadDestroyAsync(refused.Id));

        await ExtendAsync(await RawCircuit.CreateAsync(bench.ConnectClient("203.0.113.8")), 50);
    }

    [Fact]
    public async Task A_relay_that_could_not_be_reached_is_not_tried_again_at_once()
    {
        await using RelayBench bench = CreateWithoutOthers(out Func<int> countAttempts);
        RawPeer client = bench.ConnectClient();
        foreach ((int more, int expected) in new[] { (0, 1), (59, 1), (1, 2) })
        {
            bench.Clock.Advance(TimeSpan.FromSeconds(more));
            RawCircuit circuit = await RawCircuit.CreateAsync(client, 0x8000_0001 + (uint)(more * 10) + (uint)expected);
            circuit.Send(RelayCommand.Extend2, 0, RelayBench.Extend(), CellCommand.RelayEarly);
            Assert.Equal(DestroyReason.ChannelClosed, await client.ReadDestroyAsync(circuit.Id));
            Assert.Equal(expected, countAttempts());
        }
    }

    /// <summary>The authorities have told that it is back.</summary>
    [Fact]
    public async Task A_relay_that_is_known_to_be_up_again_is_tried_at_once()
    {
        await using RelayBench bench = CreateWithoutOthers(out Func<int> countAttempts);
        RawPeer client = bench.ConnectClient();
        RsaIdentity[] up = [RelayBench.Someone(99).RsaIdentity, RelayBench.Next.RsaIdentity];
        for (int i = 0; i < 3; i++)
        {
            RawCircuit circuit = await RawCircuit.CreateAsync(client, 0x8000_0001 + (uint)i);
            circuit.Send(RelayCommand.Extend2, 0, RelayBench.Extend(), CellCommand.RelayEarly);
            Assert.Equal(DestroyReason.ChannelClosed, await client.ReadDestroyAsync(circuit.Id));
            Assert.Equal(Math.Max(1, i), countAttempts()); // of another relay it does not count
            bench.Circuits.OnUp(new HashSet<RsaIdentity> { up[Math.Min(i, 1)] });
        }
    }

    private static Task On(ConcurrentDictionary<IPEndPoint, TaskCompletionSource> events, IPEndPoint target) =>
        events.GetOrAdd(target, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    private static void Raise(ConcurrentDictionary<IPEndPoint, TaskCompletionSource> events, IPEndPoint target) =>
        events.GetOrAdd(target, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();

    private static async Task WaitForAsync(Func<bool> condition)
    {
        using var timer = new CancellationTokenSource(Limit);
        while (!condition())
        {
            timer.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    /// <summary>A relay that reaches nobody.</summary>
    private static RelayBench CreateWithoutOthers(out Func<int> countAttempts)
    {
        int attempts = 0;
        countAttempts = () => Volatile.Read(ref attempts);
        return new RelayBench
        {
            Connecting = (_, _) =>
            {
                Interlocked.Increment(ref attempts);
                return Task.FromException<ChannelTransport>(new IOException("nobody answers"));
            },
        };
    }

    private RelayBench Create(RelayCircuitOptions? options = null)
    {
        var bench = new RelayBench(options);
        bench.Connecting = async (addresses, cancel) =>
        {
            Raise(_tried, addresses[0]);
            try
            {
                await Task.Delay(Timeout.Infinite, cancel);
            }
            finally
            {
                Raise(_givenUp, addresses[0]);
            }

            throw new IOException("not reached");
        };
        return bench;
    }

    /// <summary>Asks for a relay that does not answer, and waits until it is tried.</summary>
    private async Task<IPEndPoint> ExtendAsync(RawCircuit circuit, byte number)
    {
        var target = new IPEndPoint(RelayBench.NextAddress, 9000 + number);
        circuit.Send(RelayCommand.Extend2, 0, RelayBench.Extend(RelayBench.Someone((byte)(100 + number)), target), CellCommand.RelayEarly);
        await On(_tried, target).WaitAsync(Limit);
        return target;
    }
}
