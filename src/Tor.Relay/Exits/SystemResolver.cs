using System.Net;
using System.Net.Sockets;

namespace Tunic.Tor.Relay.Exits;

/// <summary>Asks the operating system. It tells no time to live.</summary>
/// <param name="maxLookups">Lookups at once: each may hold a thread. Further ones wait.</param>
/// <param name="timeout">Time for a lookup, the wait included.</param>
/// <param name="time">The clock.</param>
public sealed class SystemResolver(int maxLookups, TimeSpan timeout, TimeProvider time) : IResolver, IDisposable
{
    private readonly SemaphoreSlim _free = new(maxLookups);

    /// <inheritdoc/>
    public Task<NameAnswer> ResolveAsync(string name, CancellationToken cancel) => LookUpAsync(
        async limit =>
        {
            // The final dot keeps the machine's own search domains out of it.
            IPAddress[] addresses = await Dns.GetHostAddressesAsync(name.EndsWith('.') ? name : name + ".", limit);
            return new NameAnswer
            {
                IPv4 = Array.Find(addresses, address => address.AddressFamily == AddressFamily.InterNetwork),
                IPv6 = Array.Find(addresses, address => address.AddressFamily == AddressFamily.InterNetworkV6),
            };
        },
        cancel);

    /// <inheritdoc/>
    public Task<NameAnswer> ResolveNameAsync(IPAddress address, CancellationToken cancel) => LookUpAsync(
        async limit =>
        {
            string name = (await Dns.GetHostEntryAsync(address.ToString(), limit)).HostName;
            return name.Length is 0 or > byte.MaxValue || IPAddress.TryParse(name, out _)
                ? NameAnswer.NotFound
                : new NameAnswer { HostName = name };
        },
        cancel);

    /// <inheritdoc/>
    public void Dispose() => _free.Dispose();

    private async Task<NameAnswer> LookUpAsync(Func<CancellationToken, Task<NameAnswer>> lookUp, CancellationToken cancel)
    {
        using var timer = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, timer.Token);
        try
        {
            await _free.WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return NameAnswer.NoAnswer;
        }

        Task<NameAnswer> lookup = LookUpAndReleaseAsync(lookUp);
        try
        {
            return await lookup.WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return NameAnswer.NoAnswer;
        }
    }

    /// <summary>The system's lookup cannot be broken off, so its place stays taken until it has ended by itself.</summary>
    private async Task<NameAnswer> LookUpAndReleaseAsync(Func<CancellationToken, Task<NameAnswer>> lookUp)
    {
        try
        {
            return await lookUp(CancellationToken.None);
        }
        catch (SocketException failure)
        {
            return failure.SocketErrorCode is SocketError.HostNotFound or SocketError.NoData ? NameAnswer.NotFound : NameAnswer.NoAnswer;
        }
        catch (ArgumentException)
        {
            return NameAnswer.NotFound; // longer than the system takes
        }
        finally
        {
            _free.Release();
        }
    }
}
