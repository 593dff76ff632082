using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Tunic.Tor.Network;
using Tunic.Tor.Network.Channels;

namespace Tunic.Tests.Tor.Network;

public sealed class BackgroundTasksTests
{
    [Fact]
    public async Task Dispose_cancels_what_runs_and_waits_for_it()
    {
        var tasks = new BackgroundTasks(NullLogger.Instance);
        bool hasEnded = false;
        Assert.True(tasks.TryRun(async cancel =>
        {
            await Task.Delay(Timeout.Infinite, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            hasEnded = true;
        }));

        await tasks.DisposeAsync();
        await tasks.DisposeAsync();

        Assert.True(hasEnded);
        Assert.Equal(0, tasks.Count);
        Assert.False(tasks.TryRun(_ => Task.CompletedTask));
    }

    [Fact]
    public async Task More_tasks_than_the_limit_are_refused()
    {
        await using var tasks = new BackgroundTasks(NullLogger.Instance);

        Assert.True(tasks.TryRun(cancel => Task.Delay(Timeout.Infinite, cancel), limit: 1));
        Assert.False(tasks.TryRun(_ => Task.CompletedTask, limit: 1));
        Assert.Equal(1, tasks.Count);
    }

    [Fact]
    public async Task A_fault_that_cannot_even_be_reported_ends_its_task_alone_and_is_kept_in_it()
    {
        var log = new BrokenLog();
        var tasks = new BackgroundTasks(log);
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        tasks.TryRun(async _ =>
        {
            await goOn.Task;
            throw new InvalidOperationException("fault");
        });

        Task disposing = tasks.DisposeAsync().AsTask();
        goOn.SetResult();

        await Assert.ThrowsAsync<IOException>(() => disposing);
        Assert.Equal(0, tasks.Count);
    }

    [Fact]
    public async Task A_task_of_a_receive_loop_begins_on_its_thread_after_the_batch_and_dispose_waits_for_it()
    {
        var tasks = new BackgroundTasks(NullLogger.Instance);
        var batch = new ReceiveBatch();
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        int? thread = null;
        Assert.True(tasks.TryRunAfter(batch, async _ =>
        {
            thread = Environment.CurrentManagedThreadId;
            await goOn.Task;
        }));
        Assert.Null(thread);
        Assert.Equal(1, tasks.Count);

        batch.Flush();
        batch.Flush(); // it begins once only
        Assert.Equal(Environment.CurrentManagedThreadId, thread);
        Task disposing = tasks.DisposeAsync().AsTask();
        Assert.False(disposing.IsCompleted);
        goOn.SetResult();
        await disposing;
        Assert.False(tasks.TryRunAfter(batch, _ => Task.CompletedTask));
    }

    private sealed class BrokenLog : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            throw new IOException("the disk is full");
    }
}
