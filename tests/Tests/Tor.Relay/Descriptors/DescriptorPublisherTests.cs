using System.Collections.Concurrent;
using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Tunic.Primitives.Storage;
using Tunic.Primitives.Time;
using Tunic.Tests.Simulation;
using Tunic.Tor.Network.NetworkDirectory;
using Tunic.Tor.Protocol.Documents.Descriptors;
using Tunic.Tor.Relay.Descriptors;
using Tunic.Tor.Relay.Keys;

namespace Tunic.Tests.TorRelay.Descriptors;

public sealed class DescriptorPublisherTests : IDirectoryClient, IAsyncDisposable
{
    private static readonly DateTime Start = new(2026, 3, 1, 12, 0, 0, DateTimeKind.Utc);

    private readonly ManualTime _time = new(Start);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<(string Authority, byte[] Body)> _uploads = new();
    private readonly ConcurrentDictionary<string, int> _status = new();
    private bool _isPublishable = true;
    private RelayKeys? _keys;
    private Task _running = Task.CompletedTask;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_authority_gets_descriptor_and_extra_info_at_once()
    {
        DescriptorPublisher publisher = await StartAsync();
        await Eventually.HoldsAsync(() => _uploads.Count == 2);

        Assert.Equal(["one", "two"], _uploads.Select(upload => upload.Authority).Order());
        byte[] body = _uploads.First().Body;
        Assert.Equal(publisher.Current!.ToUpload(), body);
        Assert.Single(DescriptorSplitter.SplitRouterDescriptors(body));
        Assert.Single(DescriptorSplitter.SplitExtraInfos(body));
    }

    [Fact]
    public async Task A_failed_upload_is_tried_again_at_longer_and_longer_pauses()
    {
        _status["two"] = 0;
        await StartAsync();
        foreach (int pause in new[] { 10, 20, 40 })
        {
            await WaitForIdleAsync();
            _uploads.Clear();
            _time.Advance(TimeSpan.FromSeconds(pause - 1));
            await WaitForIdleAsync();
            Assert.Empty(_uploads);
            _time.Advance(TimeSpan.FromSeconds(1));
            await Eventually.HoldsAsync(() => _uploads.Count == 1);
            Assert.Equal("two", _uploads.Single().Authority);
        }
    }

    [Fact]
    public async Task A_refusal_is_final_until_the_descriptor_changes()
    {
        _status["one"] = 400;
        DescriptorPublisher publisher = await StartAsync();
        await Eventually.HoldsAsync(() => _uploads.Count == 2);
        await WaitForIdleAsync();
        _time.Advance(TimeSpan.FromHours(1));
        await WaitForIdleAsync();
        Assert.Equal(2, _uploads.Count);

        publisher.MarkDirty("the test says so");
        await Eventually.HoldsAsync(() => _uploads.Count == 4);
    }

    [Fact]
    public async Task Nothing_is_uploaded_before_the_relay_is_reachable()
    {
        _isPublishable = false;
        DescriptorPublisher publisher = await StartAsync();
        await WaitForIdleAsync();
        Assert.Empty(_uploads);
        Assert.NotNull(publisher.Current);

        _isPublishable = true;
        publisher.CheckNow();
        await Eventually.HoldsAsync(() => _uploads.Count == 2);
    }

    public Task<DirectoryResponse> SendAsync(DirectoryAuthority authority, DirectoryRequest request, CancellationToken cancel)
    {
        Assert.Equal("/tor/", request.Path);
        _uploads.Enqueue((authority.Nickname, request.Body!.Value.ToArray()));
        int status = _status.GetValueOrDefault(authority.Nickname, 200);
        return status == 0
            ? throw new DirectoryException("unreachable")
            : Task.FromResult(new DirectoryResponse(status, "no reason", null, null, default));
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
        _keys?.Dispose();
    }

    private static DirectoryAuthority Authority(string name) =>
        new(name, default, default, new IPEndPoint(IPAddress.Loopback, 1), new IPEndPoint(IPAddress.Loopback, 2));

    private Task WaitForIdleAsync() => Eventually.HoldsAsync(() => _time.Waiting == 1);

    private async Task<DescriptorPublisher> StartAsync()
    {
        _keys = await RelayKeys.LoadAsync(new MemoryStateStore(), new RelayKeyOptions(), new SeededRandomSource(5), Start, Cancel);
        var publisher = new DescriptorPublisher(new DescriptorPublisherEnvironment
        {
            Keys = _keys,
            Options = () => new RelayDescriptorOptions { Address = IPAddress.Loopback, OnionRouterPort = 9001 },
            Measure = () => new RelayMeasurements(),
            IsPublishable = () => _isPublishable,
            Authorities = [Authority("one"), Authority("two")],
            Client = this,
            Time = _time,
            Log = NullLogger.Instance,
        });
        _running = publisher.RunAsync(_stop.Token);
        return publisher;
    }
}
