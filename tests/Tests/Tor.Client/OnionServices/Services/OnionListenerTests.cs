using Microsoft.Extensions.Logging.Abstractions;
using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Errors;
using Tunic.Primitives.Overlay;
using Tunic.Primitives.Time;
using Tunic.Tor.Client.Listeners;
using Tunic.Tor.Client.OnionServices.Services;
using Tunic.Tor.Network.Circuits;

namespace Tunic.Tests.Tor.Client.OnionServices.Services;

/// <summary>Listeners of a client that does not know its network yet.</summary>
public sealed class OnionListenerTests : IAsyncDisposable
{
    private static readonly OnionServiceOptions _unpublished = new() { Ports = [], Publishes = false };

    private readonly Ed25519PrivateKey _key = Ed25519PrivateKey.Generate(SystemRandomSource.Instance);
    private readonly OnionServiceHost _host = new(new OnionServiceEnvironment(
        null!, null!, () => null, AllowsPrivateAddresses: true, SystemRandomSource.Instance, TimeProvider.System, NullLogger.Instance));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _key.Dispose();
    }

    [Fact]
    public async Task A_listener_has_the_address_of_its_key_which_stays_with_its_owner()
    {
        await using IOverlayListener listener = await _host.ListenAsync(_key, 7000, _unpublished, Cancel);

        Assert.Equal(new HostAndPort(_host.Services[0].Address.ToString(), 7000), listener.Address);
        await listener.DisposeAsync();
        await listener.DisposeAsync();

        Assert.Empty(_host.Services);
        Assert.Null(await listener.AcceptAsync(Cancel));
        _key.Sign("still here"u8, new byte[Ed25519.SignatureLength]);
    }

    [Fact]
    public async Task One_address_is_listened_on_once_at_a_time()
    {
        IOverlayListener first = await _host.ListenAsync(_key, 80, _unpublished, Cancel);

        ListenerException failure = await Assert.ThrowsAsync<ListenerException>(() => _host.ListenAsync(_key, 80, _unpublished, Cancel));
        Assert.Contains(first.Address.Host, failure.Message, StringComparison.Ordinal);
        await first.DisposeAsync();
        await using IOverlayListener second = await _host.ListenAsync(_key, 80, _unpublished, Cancel);
        await first.DisposeAsync();

        Assert.Single(_host.Services); // the first took no other with it
    }

    [Fact]
    public async Task Who_gives_up_waiting_for_the_network_leaves_no_service_behind()
    {
        using var impatient = new CancellationTokenSource();
        Task<IOverlayListener> listening = _host.ListenAsync(_key, 80, options: null, impatient.Token);
        Assert.Single(_host.Services);

        await impatient.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => listening);
        Assert.Empty(_host.Services);
    }

    [Fact]
    public async Task Who_waits_for_the_network_is_told_when_the_client_ends()
    {
        Task<IOverlayListener> listening = _host.ListenAsync(_key, 80, options: null, Cancel);

        await _host.DisposeAsync();

        Assert.Equal(ErrorKind.ShuttingDown, (await Assert.ThrowsAsync<CircuitEndedException>(() => listening)).Kind);
    }

    [Fact]
    public async Task Who_waits_for_visitors_is_told_when_the_client_ends()
    {
        IOverlayListener listener = await _host.ListenAsync(_key, 80, _unpublished, Cancel);
        ValueTask<Stream?> accepting = listener.AcceptAsync(Cancel);

        await _host.DisposeAsync();

        Assert.Null(await accepting);
    }
}
