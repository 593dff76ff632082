using Tunic.Primitives.Overlay;
using Tunic.Tor.Client.Listeners.Isolation;
using Tunic.Tor.Client.Streams;
using Tunic.Tor.Client.Streams.Register;
using Tunic.Tor.Protocol.Control.Events;

namespace Tunic.Tor.Client.ControlPort.Events;

/// <summary>STREAM, and ADDRMAP of what a controller maps.</summary>
internal sealed class StreamEvents : IDisposable
{
    /// <summary>Stock's number for ports that share circuits with no other.</summary>
    private const int OwnSessionGroup = -2;

    private readonly TorClient _client;
    private readonly ControlEventHub _hub;

    internal StreamEvents(TorClient client, ControlEventHub hub)
    {
        (_client, _hub) = (client, hub);
        client.Streams.Changed += OnChanged;
        client.Addresses.Added = (host, target) => hub.Send(AddressLine.DescribeForever(host, target));
    }

    public void Dispose()
    {
        _client.Streams.Changed -= OnChanged;
        _client.Addresses.Added = null;
    }

    internal static StreamLine Describe(StreamRecord record)
    {
        StreamSource? source = record.Request.Source;
        return new StreamLine
        {
            Number = record.Number,
            Status = record.Status switch
            {
                StreamStatus.Sent => record.IsLookup ? "SENTRESOLVE" : "SENTCONNECT",
                StreamStatus.Succeeded => "SUCCEEDED",
                _ => record.IsLookup ? "NEWRESOLVE" : "NEW",
            },
            Circuit = record.Circuit,
            Target = record.Target.ToString(),
            UserName = source?.UserName ?? "",
            Password = source?.Password ?? "",
            ClientProtocol = source?.Protocol ?? (record.IsLookup ? "DNS" : "UNKNOWN"),
            NymEpoch = record.NymEpoch,
            SessionGroup = source?.Isolation.SessionGroup ?? OwnSessionGroup,
            IsolationFields = FieldsOf(source?.Isolation ?? new IsolationOptions()),
        };
    }

    private void OnChanged(StreamRecord record)
    {
        if (!_hub.IsWanted(ControlEventKind.Stream))
        {
            return;
        }

        var fields = new List<string>();
        if (record.Reason.Length > 0)
        {
            fields.Add(record.Reason);
        }

        StreamLine line = Describe(record);
        if (record.Status == StreamStatus.New)
        {
            if (record.Request.Source?.Client is { } address)
            {
                fields.Add($"SOURCE_ADDR={new HostAndPort(address.Address.ToString(), (ushort)address.Port)}");
            }

            fields.Add(record.IsLookup ? "PURPOSE=DNS_REQUEST" : "PURPOSE=USER");
        }

        string status = record.Status switch
        {
            StreamStatus.ControllerWait => "CONTROLLER_WAIT",
            StreamStatus.Remap => "REMAP",
            StreamStatus.Detached => "DETACHED",
            StreamStatus.Failed => "FAILED",
            StreamStatus.Closed => "CLOSED",
            _ => line.Status,
        };
        _hub.Send(ControlEvent.Line(ControlEventKind.Stream, (line with { Status = status, Fields = fields }).ToString()));
    }

    private static List<string> FieldsOf(IsolationOptions isolation)
    {
        var fields = new List<string>();
        Add(isolation.TargetPort, "DESTPORT");
        Add(isolation.TargetHost, "DESTADDR");
        Add(isolation.Credentials, "SOCKS_USERNAME", "SOCKS_PASSWORD");
        Add(isolation.ClientProtocol, "CLIENT_PROTOCOL");
        Add(isolation.ClientAddress, "CLIENTADDR");
        Add(true, "SESSION_GROUP", "NYM_EPOCH");
        return fields;

        void Add(bool isOn, params string[] names) => fields.AddRange(isOn ? names : []);
    }
}
