using System.Security.Cryptography;
using Tunic.Tor.Protocol.OnionServices;
using Tunic.Tor.Protocol.OnionServices.Authorization;

namespace Tunic.Tor.Client.OnionServices.Visits;

/// <summary>The keys that open services which let in only those they know: at most one for each service.</summary>
/// <remarks>Thread safe. Owns the keys, and wipes them when they go.</remarks>
public sealed class ClientAuthorizations : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<OnionAddress, ClientAuthorization> _known = [];

    /// <summary>The services that there are keys for.</summary>
    public IReadOnlyList<OnionAddress> Addresses
    {
        get
        {
            lock (_gate)
            {
                return [.. _known.Keys];
            }
        }
    }

    /// <summary>Takes a key over; one that was there before goes.</summary>
    /// <returns>True when there was none.</returns>
    public bool Set(OnionAddress address, ClientAuthorization authorization)
    {
        lock (_gate)
        {
            bool isNew = !_known.Remove(address, out ClientAuthorization? before);
            before?.Key.Dispose();
            _known.Add(address, authorization);
            return isNew;
        }
    }

    /// <summary>Takes over what is in files now; what was in files before goes, and what a controller has added for now stays.</summary>
    public void ReplacePermanent(IReadOnlyDictionary<OnionAddress, ClientAuthorizationKey> keys)
    {
        lock (_gate)
        {
            foreach (OnionAddress address in _known.Where(entry => entry.Value.IsPermanent).Select(entry => entry.Key).ToArray())
            {
                Remove(address, out _);
            }

            foreach ((OnionAddress address, ClientAuthorizationKey key) in keys)
            {
                Set(address, new ClientAuthorization(key, IsPermanent: true));
            }
        }
    }

    /// <summary>Forgets a key.</summary>
    /// <param name="address">The service.</param>
    /// <param name="wasPermanent">Whether it is in a file, too.</param>
    /// <returns>False when there was none.</returns>
    public bool Remove(OnionAddress address, out bool wasPermanent)
    {
        lock (_gate)
        {
            bool isKnown = _known.Remove(address, out ClientAuthorization? before);
            before?.Key.Dispose();
            wasPermanent = before?.IsPermanent ?? false;
            return isKnown;
        }
    }

    /// <summary>Shows all of them. The keys are good only during the call.</summary>
    public IReadOnlyList<T> Select<T>(Func<OnionAddress, ClientAuthorization, T> show)
    {
        lock (_gate)
        {
            return [.. _known.Select(entry => show(entry.Key, entry.Value))];
        }
    }

    /// <summary>Does something with the private key for a service, 32 bytes, or with no bytes when there is none.</summary>
    public T Use<T>(OnionAddress address, Func<byte[], T> action)
    {
        byte[] key;
        lock (_gate)
        {
            key = _known.TryGetValue(address, out ClientAuthorization? known) ? known.Key.ExportPrivateKey() : [];
        }

        try
        {
            return action(key);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    /// <summary>Wipes all keys.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            foreach (ClientAuthorization known in _known.Values)
            {
                known.Key.Dispose();
            }

            _known.Clear();
        }
    }
}
