using Tunic.Primitives.Errors;
using Tunic.Tor.Network;
using Tunic.Tor.Protocol.OnionServices;
using Tunic.Tor.Protocol.OnionServices.Descriptors;
using Tunic.Tor.Protocol.Paths;
using Tunic.Tor.Protocol.Socks;

namespace Tunic.Tor.Client.OnionServices.Visits;

/// <summary>The descriptors that we have, and their fetches: one at a time for each service.</summary>
/// <remarks>Thread safe.</remarks>
internal sealed class OnionDescriptors : IAsyncDisposable
{
    /// <summary>Fetches that controllers may have asked for and that are not done; more are not begun.</summary>
    internal const int MaxAsked = 256;

    /// <summary>Most services of which we keep a descriptor, about 10 kB each; the oldest goes first.</summary>
    internal const int MaxEntries = 512;

    private readonly Lock _gate = new();
    private readonly VisitEnvironment _environment;
    private readonly DescriptorFetcher _fetcher;
    private readonly Dictionary<OnionAddress, FetchedDescriptor> _entries = [];
    private readonly Dictionary<OnionAddress, Task<FetchedDescriptor>> _fetches = [];
    private readonly BackgroundTasks _asked;
    private readonly CancellationTokenSource _stop = new(); // holds no timer, so it needs no dispose

    internal OnionDescriptors(VisitEnvironment environment)
    {
        _environment = environment;
        _fetcher = new DescriptorFetcher(environment, Keep);
        _asked = new BackgroundTasks(environment.Log);
    }

    /// <summary>A descriptor that opens: the one at hand if it is of use, else what directories have.</summary>
    /// <param name="address">The service.</param>
    /// <param name="isOfUse">Whether the one at hand will do. One that was fetched just now may not be either.</param>
    /// <param name="cancel">Ends the wait, not the fetch, which others may wait for.</param>
    /// <exception cref="OnionVisitException">There is none, or it does not open.</exception>
    internal async Task<FetchedDescriptor> GetAsync(OnionAddress address, Predicate<DescriptorContent> isOfUse, CancellationToken cancel)
    {
        FetchedDescriptor? known = Find(address);
        if (known is { Content: { } content } && isOfUse(content))
        {
            return known;
        }

        if (known is { Content: null } && _environment.Now - known.FetchedAt < DescriptorRequests.GetPeriod(_environment.IsTestNetwork))
        {
            throw Closed(known.Opening);
        }

        FetchedDescriptor fetched;
        try
        {
            fetched = await Fetch(address).WaitAsync(cancel);
        }
        catch (OnionVisitException failure) when (known is { Content: not null } && failure.Reason == LocalEndReason.OnionServiceNotFound)
        {
            return known; // nobody is left to be asked for a newer one
        }

        return fetched.Content is null ? throw Closed(fetched.Opening) : fetched;
    }

    /// <summary>The service was reached by this descriptor.</summary>
    internal void OnReached(FetchedDescriptor descriptor) => _fetcher.MayAskAgain(descriptor.Credential.BlindedKey);

    /// <summary>Fetches a descriptor whether or not there is one at hand (HSFETCH). Returns at once.</summary>
    /// <param name="address">The service.</param>
    /// <param name="directories">Who is asked, each of them; none for whoever holds it by the consensus.</param>
    internal void BeginFetch(OnionAddress address, IReadOnlyList<Relay> directories) => _asked.TryRun(
        async stop =>
        {
            try
            {
                await (directories.Count == 0 ? Fetch(address).WaitAsync(stop) : Task.WhenAll(directories.Select(directory => _fetcher.FetchFromAsync(address, directory, stop))));
            }
            catch (TunicException)
            {
                // who was asked has been told already, and nobody can be while the network is not known
            }
        },
        MaxAsked);

    /// <summary>The text of the descriptor at hand; null when there is none.</summary>
    internal ReadOnlyMemory<byte>? FindText(OnionAddress address)
    {
        lock (_gate)
        {
            return _entries.GetValueOrDefault(address)?.Descriptor.Text;
        }
    }

    /// <summary>There is another key for this service now.</summary>
    /// <returns>Whether a descriptor at hand that was closed has been opened with it.</returns>
    internal bool TryReopen(OnionAddress address)
    {
        FetchedDescriptor? known;
        lock (_gate)
        {
            known = _entries.GetValueOrDefault(address);
        }

        if (known is not { Content: null })
        {
            return false;
        }

        FetchedDescriptor reopened = _fetcher.Reopen(address, known);
        Keep(address, reopened);
        return reopened.Content is not null;
    }

    /// <summary>Forgets one.</summary>
    internal void Remove(OnionAddress address)
    {
        lock (_gate)
        {
            _entries.Remove(address);
        }
    }

    /// <summary>Forgets all of them (SIGNAL NEWNYM).</summary>
    internal void Clear()
    {
        lock (_gate)
        {
            _entries.Clear();
        }

        _fetcher.Clear();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _asked.DisposeAsync();
        Task[] fetches;
        lock (_gate)
        {
            fetches = [.. _fetches.Values];
        }

        await Task.WhenAll(fetches).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static OnionVisitException Closed(DescriptorOpening opening) => opening == DescriptorOpening.NeedsAuthorization
        ? new OnionVisitException(LocalEndReason.OnionServiceMissingClientAuthorization, "the service lets in only those it knows, and there is no key for it")
        : new OnionVisitException(LocalEndReason.OnionServiceWrongClientAuthorization, "the service does not take our key");

    /// <summary>The one at hand, if it is of the present period; opened again if it was closed to us.</summary>
    private FetchedDescriptor? Find(OnionAddress address)
    {
        FetchedDescriptor? known;
        lock (_gate)
        {
            known = _entries.GetValueOrDefault(address);
        }

        if (known is null || !_fetcher.IsCurrent(known))
        {
            return null;
        }

        if (known.Content is not null)
        {
            return known;
        }

        FetchedDescriptor reopened = _fetcher.Reopen(address, known);
        if (reopened.Content is not null)
        {
            Keep(address, reopened);
        }

        return reopened;
    }

    private Task<FetchedDescriptor> Fetch(OnionAddress address)
    {
        lock (_gate)
        {
            if (_fetches.TryGetValue(address, out Task<FetchedDescriptor>? running))
            {
                return running;
            }

            Task<FetchedDescriptor> fetch = Task.Run(() => FetchAsync(address));
            _fetches.Add(address, fetch);
            return fetch;
        }
    }

    private async Task<FetchedDescriptor> FetchAsync(OnionAddress address)
    {
        try
        {
            return await _fetcher.FetchAsync(address, _stop.Token);
        }
        finally
        {
            lock (_gate)
            {
                _fetches.Remove(address);
            }
        }
    }

    /// <summary>Keeps it, unless the one at hand is newer: an old one again would bring back what the service has given up.</summary>
    /// <returns>The newer one.</returns>
    private FetchedDescriptor Keep(OnionAddress address, FetchedDescriptor fetched)
    {
        lock (_gate)
        {
            if (_entries.TryGetValue(address, out FetchedDescriptor? known)
                && known.Content is not null && fetched.Content is not null
                && known.Descriptor.BlindedKey == fetched.Descriptor.BlindedKey
                && known.Descriptor.RevisionCounter > fetched.Descriptor.RevisionCounter)
            {
                return known;
            }

            if (_entries.Count >= MaxEntries && !_entries.ContainsKey(address))
            {
                _entries.Remove(_entries.MinBy(entry => entry.Value.FetchedAt).Key);
            }

            _entries[address] = fetched;
            return fetched;
        }
    }
}
