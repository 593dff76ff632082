using System.Globalization;
using Tunic.Tor.Client.Streams.Register;
using Tunic.Tor.Protocol.Control.Events;

namespace Tunic.Tor.Client.ControlPort.Events;

/// <summary>BW and STREAM_BW, once a second.</summary>
internal sealed class BandwidthEvents(TorClient client, ControlEventHub hub, TimeProvider time)
{
    /// <summary>Seconds that GETINFO bw-event-cache shows, as stock.</summary>
    private const int SecondsKept = 300;

    private readonly Lock _gate = new();
    private readonly Queue<(long Read, long Written)> _latest = new();
    private (long Read, long Written) _before;

    internal string DescribeLatest()
    {
        lock (_gate)
        {
            return string.Join(' ', _latest.Select(second => string.Create(CultureInfo.InvariantCulture, $"{second.Read},{second.Written}")));
        }
    }

    internal void OnSecond()
    {
        (long read, long written) = (client.Bandwidth.BytesRead, client.Bandwidth.BytesWritten);
        (long Read, long Written) second = (read - _before.Read, written - _before.Written);
        _before = (read, written);
        lock (_gate)
        {
            if (_latest.Count == SecondsKept)
            {
                _latest.Dequeue();
            }

            _latest.Enqueue(second);
        }

        hub.Send(ControlEvent.Line(ControlEventKind.Bandwidth, string.Create(CultureInfo.InvariantCulture, $"{second.Read} {second.Written}")));
        if (hub.IsWanted(ControlEventKind.StreamBandwidth))
        {
            client.Streams.Select(Tell);
        }
    }

    /// <summary>Stock counts what the application sends as read.</summary>
    private bool Tell(StreamRecord record)
    {
        if (record.Stream is not { } stream)
        {
            return false;
        }

        (long Read, long Written) now = (stream.BytesWritten, stream.BytesRead);
        if (now == record.Told)
        {
            return false;
        }

        string at = ControlTime.WithMicroseconds(time.GetUtcNow().UtcDateTime);
        hub.Send(ControlEvent.Line(ControlEventKind.StreamBandwidth, string.Create(
            CultureInfo.InvariantCulture, $"{record.Number} {now.Read - record.Told.Read} {now.Written - record.Told.Written} {at}")));
        record.Told = now;
        return true;
    }
}
