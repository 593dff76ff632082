using System.Net;
using Tunic.Tor.Network.Channels;
using Tunic.Tor.Network.Channels.OpenSsl;
using Tunic.Tor.Relay.Keys;

namespace Tunic.Tor.Relay.Connections;

/// <summary>Makes the TLS context that belongs to the relay's present link keys, and replaces it when they are replaced.</summary>
/// <remarks>Thread safe. Connections that are being accepted keep the context that they began with.</remarks>
public sealed class LinkIdentities(RelayKeys keys, Func<IReadOnlyList<IPAddress>> addresses) : IDisposable
{
    private readonly Lock _gate = new();
    private RelayLinkKeys? _keys;
    private TlsContext? _tls;

    /// <summary>Who the relay is on links now.</summary>
    public LinkIdentity Current
    {
        get
        {
            RelayLinkKeys present = keys.Current.Link;
            lock (_gate)
            {
                if (!ReferenceEquals(present, _keys))
                {
                    _tls?.Dispose();
                    _tls = present.CreateTlsContext();
                    _keys = present;
                }

                return new LinkIdentity(_tls!, new ChannelIdentity(present.Certificates, addresses()));
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            _tls?.Dispose();
        }
    }
}
