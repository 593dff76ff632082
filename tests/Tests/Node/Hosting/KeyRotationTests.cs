using Microsoft.Extensions.Logging.Abstractions;
using Tunic.Node.Hosting;
using Tunic.Primitives.Storage;
using Tunic.Primitives.Time;
using Tunic.Tests.Simulation;
using Tunic.Tests.TorRelay;
using Tunic.Tor.Relay.Keys;

namespace Tunic.Tests.Node.Hosting;

public sealed class KeyRotationTests
{
    private static readonly OnionKeySchedule Schedule = new(TimeSpan.FromHours(1), TimeSpan.FromDays(7));

    private readonly ManualTime _time = new(new DateTime(2026, 3, 1, 12, 0, 0, DateTimeKind.Utc));
    private readonly FailingStateStore _files = new(new MemoryStateStore());
    private readonly List<RelayKeyChanges> _changes = [];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_full_disk_ends_no_rotation_and_keeps_no_link_key_in_use()
    {
        using RelayKeys keys = await RelayKeys.LoadAsync(_files, new RelayKeyOptions(), new SeededRandomSource(1), _time.Now, Cancel);
        using var stop = new CancellationTokenSource();
        Task running = new KeyRotation(keys, () => Schedule, _changes.Add, _time, NullLogger.Instance).RunAsync(stop.Token);

        _files.IsFailing = true;
        RelayLinkKeys link = keys.Current.Link;
        for (int hour = 0; hour < 3; hour++)
        {
            await AdvanceAsync(running, TimeSpan.FromHours(1));
        }

        Assert.NotEmpty(_files.Refused);
        Assert.NotSame(link, keys.Current.Link);
        Assert.Contains(RelayKeyChanges.Link, _changes);

        _files.IsFailing = false;
        await AdvanceAsync(running, KeyRotation.RetryPause);
        Assert.True(_changes[^1].HasFlag(RelayKeyChanges.Onion));

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public async Task A_fault_where_the_keys_are_used_is_told_and_the_rotation_goes_on()
    {
        using RelayKeys keys = await RelayKeys.LoadAsync(_files, new RelayKeyOptions(), new SeededRandomSource(1), _time.Now, Cancel);
        using var stop = new CancellationTokenSource();
        int uses = 0;
        Task running = new KeyRotation(
            keys, () => OnionKeySchedule.Default, _ => throw new InvalidOperationException($"{++uses}"), _time, NullLogger.Instance).RunAsync(stop.Token);

        await AdvanceAsync(running, TimeSpan.FromHours(1));
        await AdvanceAsync(running, KeyRotation.RetryPause);

        Assert.Equal(2, uses);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    private async Task AdvanceAsync(Task running, TimeSpan by)
    {
        await Eventually.HoldsAsync(() => _time.Waiting > 0 || running.IsCompleted);
        _time.Advance(by);
        await Eventually.HoldsAsync(() => _time.Waiting > 0 || running.IsCompleted);
        Assert.False(running.IsCompleted);
    }
}
