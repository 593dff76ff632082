using System.Security.Cryptography;
using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Errors;
using Tunic.Primitives.Overlay;
using Tunic.Tor.Client.Listeners;
using Tunic.Tor.Network.Circuits;
using Tunic.Tor.Network.Streams;
using Tunic.Tor.Protocol.OnionServices;

namespace Tunic.Tor.Client.OnionServices.Services;

/// <summary>An onion service as a listener of the overlay; see <see cref="OnionServiceHost.ListenAsync"/>.</summary>
internal sealed class OnionListener : IOverlayListener
{
    private readonly OnionServiceHost _host;
    private readonly OnionService _service;
    private readonly InProcessTarget _target;

    private OnionListener(OnionServiceHost host, OnionService service, ushort port, InProcessTarget target)
    {
        (_host, _service, _target) = (host, service, target);
        Address = new HostAndPort(service.Address.ToString(), port);
    }

    /// <inheritdoc/>
    public HostAndPort Address { get; }

    /// <inheritdoc/>
    public async ValueTask<Stream?> AcceptAsync(CancellationToken cancel) =>
        await _target.AcceptAsync(cancel) is { } stream ? new TorStream(stream) : null;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await _host.RemoveAsync(_service);

    /// <inheritdoc cref="OnionServiceHost.ListenAsync"/>
    internal static async Task<IOverlayListener> OpenAsync(
        OnionServiceHost host, Ed25519PrivateKey identity, ushort port, OnionServiceOptions options, CancellationToken cancel)
    {
        ArgumentOutOfRangeException.ThrowIfZero(port);
        var target = new InProcessTarget();
        OnionService service = AddCopy(host, identity, options with { Ports = [.. options.Ports, new OnionServicePort(port, target)] });
        var listener = new OnionListener(host, service, port, target);
        try
        {
            if (options.Publishes)
            {
                await WaitUntilPublishedAsync(service, target.Closed, cancel);
            }

            return listener;
        }
        catch
        {
            await listener.DisposeAsync();
            throw;
        }
    }

    private static OnionService AddCopy(OnionServiceHost host, Ed25519PrivateKey identity, OnionServiceOptions options)
    {
        byte[] expanded = identity.ExportExpanded();
        Ed25519PrivateKey copy = Ed25519PrivateKey.FromExpanded(expanded);
        CryptographicOperations.ZeroMemory(expanded);
        if (host.TryAdd(copy, options) is { } service)
        {
            return service;
        }

        copy.Dispose();
        throw new ListenerException($"{new OnionAddress(identity.PublicKey)} is served by this program already, or the program is being stopped");
    }

    private static async Task WaitUntilPublishedAsync(OnionService service, Task closed, CancellationToken cancel)
    {
        var published = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        service.StatusChanged += Look;
        try
        {
            Look(service);
            if (await Task.WhenAny(published.Task, closed).WaitAsync(cancel) == closed)
            {
                throw new CircuitEndedException(ErrorKind.ShuttingDown, "the onion service was ended before anybody could reach it");
            }
        }
        finally
        {
            service.StatusChanged -= Look;
        }

        void Look(OnionService changed)
        {
            if (changed.Status.IsPublished)
            {
                published.TrySetResult();
            }
        }
    }
}
