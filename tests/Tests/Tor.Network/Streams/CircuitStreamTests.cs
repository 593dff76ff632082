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
}
