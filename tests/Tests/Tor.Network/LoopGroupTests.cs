using Tunic.Tor.Network;

namespace Tunic.Tests.Tor.Network;

public sealed class LoopGroupTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_first_failure_stops_the_others_and_is_told()
    {
        bool hasEnded = false;
        async Task RunForeverAsync(CancellationToken stop)
        {
            await Task.Delay(Timeout.Infinite, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            hasEnded = true;
            throw new InvalidOperationException("the second failure");
        }

        async Task FailAsync(CancellationToken stop)
        {
            await Task.Yield();
            throw new IOException("the first failure");
        }

        IOException failure = await Assert.ThrowsAsync<IOException>(() => LoopGroup.RunAsync([RunForeverAsync, FailAsync], Cancel));

        Assert.Equal("the first failure", failure.Message);
        Assert.True(hasEnded);
    }

    [Fact]
    public async Task A_loop_that_fails_before_it_waits_stops_the_others_too()
    {
        static Task FailAtOnce(CancellationToken stop) => throw new IOException("at once");

        await Assert.ThrowsAsync<IOException>(() => LoopGroup.RunAsync([stop => Task.Delay(Timeout.Infinite, stop), FailAtOnce], Cancel));
    }

    [Fact]
    public async Task One_that_merely_ends_leaves_the_others_alone()
    {
        var goOn = new TaskCompletionSource();

        Task running = LoopGroup.RunAsync([_ => Task.CompletedTask, _ => goOn.Task], Cancel);
        Assert.False(running.IsCompleted);
        goOn.SetResult();

        await running;
    }

    [Fact]
    public async Task Cancelling_stops_all()
    {
        using var stop = new CancellationTokenSource();
        Task running = LoopGroup.RunAsync(
            [each => Task.Delay(Timeout.Infinite, each), each => Task.Delay(Timeout.Infinite, each)], stop.Token);

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }
}
