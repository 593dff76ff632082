using Tunic.Primitives.Errors;
using Tunic.Primitives.Overlay;
using Tunic.Tor.Client.Circuits.Register;
using Tunic.Tor.Client.Streams;
using Tunic.Tor.Client.Streams.Register;
using Tunic.Tor.Protocol.Errors;

namespace Tunic.Tests.Tor.Client.Streams;

public sealed class StreamRegisterTests
{
    private static readonly StreamRequest Request = new(new HostAndPort("a.example", 80), IsolationKey.None);

    private readonly StreamRegister _streams = new();
    private readonly List<string> _told = [];

    public StreamRegisterTests() => _streams.Changed += record => _told.Add($"{record.Number} {record.Status} {record.Circuit} {record.Reason}".Trim());

    [Fact]
    public void A_stream_is_told_of_from_its_beginning_to_its_end_and_found_until_then()
    {
        StreamRecord record = _streams.Open(Request, isLookup: false);
        Assert.NotNull(_streams.BeginAttempt(record, circuit: 7, isChosen: false));
        Assert.Same(record, _streams.Find(1));
        _streams.OnDetached(record, new StreamException(ErrorKind.RemoteRefused, EndReason.ExitPolicy, "no"));
        Assert.NotNull(_streams.BeginAttempt(record, circuit: 8, isChosen: false));
        _streams.OnFailed(record, new StreamException(ErrorKind.Timeout, EndReason.Timeout, "late"));

        Assert.Equal(
            ["1 New 0", "1 Sent 7", "1 Detached 7 REASON=END REMOTE_REASON=EXITPOLICY", "1 Sent 8", "1 Failed 8 REASON=TIMEOUT", "1 Closed 8 REASON=TIMEOUT"],
            _told);
        Assert.Null(_streams.Find(1));
    }

    [Fact]
    public async Task A_stream_left_unattached_waits_for_the_controllers_choice()
    {
        _streams.LeavesUnattached = true;
        StreamRecord record = _streams.Open(Request, isLookup: false);
        Task<CircuitRecord?> choice = _streams.WaitForChoiceAsync(record, TestContext.Current.CancellationToken);
        Assert.False(choice.IsCompleted);
        var circuit = new CircuitRecord(3, CircuitPurpose.General, [], DateTime.UnixEpoch);

        Assert.True(_streams.Attach(record, circuit));

        Assert.Same(circuit, await choice);
        Assert.Equal(["1 New 0", "1 ControllerWait 0"], _told);
    }

    [Fact]
    public void A_controller_that_takes_a_stream_from_its_circuit_ends_the_attempt_and_no_other_begins_without_it()
    {
        StreamRecord record = _streams.Open(Request, isLookup: false);
        CancellationTokenSource attempt = _streams.BeginAttempt(record, circuit: 7, isChosen: false)!;

        Assert.True(_streams.Attach(record, null));

        Assert.True(attempt.IsCancellationRequested);
        _streams.OnDetached(record, new OperationCanceledException());
        Assert.Null(_streams.BeginAttempt(record, circuit: 8, isChosen: false));
        Assert.NotNull(_streams.BeginAttempt(record, circuit: 8, isChosen: true));
    }

    [Fact]
    public void A_stream_that_a_controller_closes_stops_its_attempts()
    {
        StreamRecord record = _streams.Open(Request, isLookup: false);

        StreamRegister.Close(record, EndReason.Misc);

        Assert.True(record.Stop.IsCancellationRequested);
    }
}
