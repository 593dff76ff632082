using Tunic.Tests.Tor.Client.Listeners.Support;
using Tunic.Tor.Network.Streams;
using Tunic.Tor.Protocol.Errors;
using Tunic.Tor.Protocol.RelayMessages;
using Tunic.Tor.Protocol.Streams.Rules;

namespace Tunic.Tests.Tor.Network.Streams;

public sealed class CircuitStreamTests
{
    [Fact]
    public async Task A_fault_of_somebody_who_is_told_of_the_end_is_reported_and_ends_nothing()
    {
        var reported = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var client = new LoopbackEnd(CircuitRole.Origin, 1, new LogLines { Written = line => reported.TrySetResult(line) });
        client.Peer = new LoopbackEnd(CircuitRole.Relay, 2) { Peer = client, OnRequested = (_, _, _) => { } };
        CircuitStream stream = client.Open(new Begin("a.example", 80), continueInline: false);
        await using StreamEnding ending = stream.WatchEnding();
        ending.Token.Register(() => throw new InvalidOperationException("the fault"));

        stream.Close(EndReason.Done);

        Assert.Contains("the fault", await reported.Task.WaitAsync(Application.Limit));
    }

    [Fact]
    public async Task Bytes_count_until_they_have_been_delivered()
    {
        const int Length = 100_000;
        var requested = new TaskCompletionSource<CircuitStream>(TaskCreationOptions.RunContinuationsAsynchronously);
        var client = new LoopbackEnd(CircuitRole.Origin, 1);
        LoopbackEnd? exit = null;
        exit = new LoopbackEnd(CircuitRole.Relay, 2)
        {
            Peer = client,
            OnRequested = (stream, _, _) =>
            {
                exit!.Answer(stream, RelayCommand.Connected, []);
                requested.SetResult(stream);
            },
        };
        client.Peer = exit;
        CircuitStream sender = client.Open(new Begin("a.example", 80), continueInline: false);
        CircuitStream receiver = await requested.Task;
        byte[] sent = [.. Enumerable.Range(0, Length).Select(number => (byte)(number * 7 / 5))];
        for (int count = 0; count < Length && await sender.WaitToWriteAsync();)
        {
            count += sender.Write(sent.AsSpan(count));
        }

        client.Stop();
        exit.Stop();
        await exit.Running; // all has arrived
        var piece = new byte[30_000];
        var received = new List<byte>();
        while (receiver.Peek(piece) is var count and > 0)
        {
            Assert.InRange(exit.BufferedMemory, Length - received.Count, long.MaxValue);
            Assert.Equal(count, receiver.Peek(piece));
            receiver.Advance(Math.Min(count, 12_345));
            received.AddRange(piece.AsSpan(0, Math.Min(count, 12_345)));
        }

        Assert.Equal(sent, received);
        Assert.Equal(0, exit.BufferedMemory);
    }
}
