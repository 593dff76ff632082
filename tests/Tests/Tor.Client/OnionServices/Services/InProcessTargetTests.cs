using System.Threading.Channels;
using Tunic.Tests.Tor.Client.Listeners.Support;
using Tunic.Tor.Client.OnionServices.Services;
using Tunic.Tor.Network.Streams;
using Tunic.Tor.Protocol.Errors;
using Tunic.Tor.Protocol.RelayMessages;
using Tunic.Tor.Protocol.Streams.Rules;

namespace Tunic.Tests.Tor.Client.OnionServices.Services;

/// <summary>Streams of visitors that wait for somebody in this process.</summary>
public sealed class InProcessTargetTests : IAsyncDisposable
{
    private const int Limit = 3;

    private readonly InProcessTarget _target = new(Limit);
    private readonly CancellationTokenSource _stop = new();
    private readonly Channel<Task> _served = System.Threading.Channels.Channel.CreateUnbounded<Task>();
    private readonly LoopbackEnd _visitor = new(CircuitRole.Origin, 1);
    private readonly LoopbackEnd _service;
    private TimeSpan _patience = Application.Limit;

    public InProcessTargetTests()
    {
        _service = new LoopbackEnd(CircuitRole.Relay, 2)
        {
            Peer = _visitor,
            OnRequested = (stream, _, _) => _served.Writer.TryWrite(_target.ServeAsync(stream, _patience, TimeProvider.System, _stop.Token)),
        };
        _visitor.Peer = _service;
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        _visitor.Stop();
        _service.Stop();
        await Task.WhenAll(_visitor.Running, _service.Running);
        _stop.Dispose();
    }

    [Fact]
    public async Task A_visitor_is_told_that_he_is_connected_when_his_stream_is_accepted_and_not_before()
    {
        CircuitStream visit = Open();
        await ServedAsync();
        Assert.False(visit.Answer.IsCompleted);

        CircuitStream? accepted = await _target.AcceptAsync(Cancel);
        await visit.Answer.WaitAsync(Application.Limit, Cancel);
        visit.Write("hello"u8);
        Assert.True(await accepted!.WaitToReadAsync());
        var read = new byte[5];
        Assert.Equal(5, accepted.Read(read));
        Assert.Equal("hello"u8.ToArray(), read);
    }

    [Fact]
    public async Task Streams_are_accepted_in_the_order_in_which_they_came_and_who_waits_gets_the_next()
    {
        CircuitStream[] visits = [Open(), Open()];
        CircuitStream? first = await _target.AcceptAsync(Cancel);
        CircuitStream? second = await _target.AcceptAsync(Cancel);
        ValueTask<CircuitStream?> third = _target.AcceptAsync(Cancel);
        Assert.False(third.IsCompleted);
        visits = [.. visits, Open()];

        int number = 0;
        foreach (CircuitStream? accepted in new[] { first, second, await third })
        {
            visits[number].Write([(byte)number]);
            Assert.True(await accepted!.WaitToReadAsync());
            var read = new byte[1];
            accepted.Read(read);
            Assert.Equal(number++, read[0]);
        }
    }

    [Fact]
    public async Task As_many_streams_wait_as_the_limit_says_and_those_beyond_are_refused()
    {
        CircuitStream[] waiting = [.. Enumerable.Range(0, Limit).Select(_ => Open())];
        CircuitStream beyond = Open();

        Assert.Equal(EndReason.ResourceLimit, await RefusedAsync(beyond));
        Assert.All(waiting, visit => Assert.False(visit.Answer.IsCompleted));
        await _target.AcceptAsync(Cancel);
        CircuitStream next = Open(); // there is a place again

        for (int taken = 1; taken <= Limit; taken++)
        {
            await _target.AcceptAsync(Cancel);
        }

        await Task.WhenAll([.. waiting.Select(visit => visit.Answer), next.Answer]).WaitAsync(Application.Limit, Cancel);
    }

    [Fact]
    public async Task A_listener_that_has_closed_gives_out_nothing_and_refuses_whoever_comes()
    {
        ValueTask<CircuitStream?> waiting = _target.AcceptAsync(Cancel);

        _target.Close();
        _target.Close();

        Assert.Null(await waiting);
        Assert.Null(await _target.AcceptAsync(Cancel));
        Assert.Equal(EndReason.ConnectRefused, await RefusedAsync(Open()));
    }

    [Fact]
    public async Task A_stream_that_waits_when_the_listener_closes_is_told_that_it_is_refused()
    {
        CircuitStream visit = Open();
        Task served = await ServedAsync();

        _target.Close();

        Assert.Equal(EndReason.ConnectRefused, await RefusedAsync(visit));
        await served.WaitAsync(Application.Limit, Cancel);
        Assert.Equal(0, _service.StreamCount);
    }

    [Fact]
    public async Task A_visitor_who_goes_before_he_is_accepted_leaves_nothing_behind()
    {
        CircuitStream visit = Open();
        Task served = await ServedAsync();
        visit.Close(EndReason.Done);
        await served.WaitAsync(Application.Limit, Cancel);

        ValueTask<CircuitStream?> next = _target.AcceptAsync(Cancel);

        Assert.False(next.IsCompleted);
        Assert.Equal((0, 0L), (_service.StreamCount, _service.BufferedMemory));
        _target.Close();
        Assert.Null(await next);
    }

    [Fact]
    public async Task A_stream_that_nobody_accepts_in_time_is_refused()
    {
        _patience = TimeSpan.FromMilliseconds(1);

        Assert.Equal(EndReason.Timeout, await RefusedAsync(Open()));
    }

    [Fact]
    public async Task A_wait_that_is_cancelled_takes_no_stream()
    {
        using var impatient = new CancellationTokenSource();
        ValueTask<CircuitStream?> cancelled = _target.AcceptAsync(impatient.Token);
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await cancelled);

        CircuitStream visit = Open();

        Assert.NotNull(await _target.AcceptAsync(Cancel));
        await visit.Answer.WaitAsync(Application.Limit, Cancel);
    }

    [Fact]
    public async Task A_service_that_ends_ends_the_streams_that_were_accepted()
    {
        CircuitStream visit = Open();
        Task served = await ServedAsync();
        CircuitStream? accepted = await _target.AcceptAsync(Cancel);

        await _stop.CancelAsync();

        await served.WaitAsync(Application.Limit, Cancel);
        Assert.False(await accepted!.WaitToReadAsync());
        Assert.False(await visit.WaitToReadAsync());
    }

    private CircuitStream Open() => _visitor.Open(new Begin("", 80), continueInline: false);

    private async Task<Task> ServedAsync() => await _served.Reader.ReadAsync(Cancel);

    private static async Task<EndReason> RefusedAsync(CircuitStream visit) =>
        (await Assert.ThrowsAsync<StreamException>(() => visit.Answer.WaitAsync(Application.Limit, Cancel))).Reason;
}
