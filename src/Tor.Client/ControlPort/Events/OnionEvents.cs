using Tunic.Tor.Client.OnionServices.Services;
using Tunic.Tor.Client.OnionServices.Visits;
using Tunic.Tor.Protocol.Control;
using Tunic.Tor.Protocol.Control.Events;
using Tunic.Tor.Protocol.Paths;

namespace Tunic.Tor.Client.ControlPort.Events;

/// <summary>HS_DESC and HS_DESC_CONTENT: what happens to descriptors of our services, and of those that are visited.</summary>
internal sealed class OnionEvents : IDisposable
{
    private readonly TorClient _client;
    private readonly ControlEventHub _hub;

    internal OnionEvents(TorClient client, ControlEventHub hub)
    {
        (_client, _hub) = (client, hub);
        client.OnionServices.DescriptorChanged += OnUpload;
        client.OnionDescriptorFetched += OnFetch;
    }

    public void Dispose()
    {
        _client.OnionServices.DescriptorChanged -= OnUpload;
        _client.OnionDescriptorFetched -= OnFetch;
    }

    private void OnUpload(DescriptorUploadNotice notice)
    {
        if (!_hub.IsWanted(ControlEventKind.OnionDescriptor))
        {
            return;
        }

        string address = notice.Address.ToLabel();
        string directory = notice.Directory is { } relay ? NameOf(relay) : "UNKNOWN";
        Send(notice.Step switch
        {
            DescriptorUploadStep.Created => $"CREATED {address} UNKNOWN UNKNOWN {notice.BlindedKey}",
            DescriptorUploadStep.Upload => $"UPLOAD {address} UNKNOWN {directory} {notice.BlindedKey} HSDIR_INDEX={notice.DirectoryIndex}",
            DescriptorUploadStep.Uploaded => $"UPLOADED {address} UNKNOWN {directory}",
            DescriptorUploadStep.Rejected => $"FAILED {address} UNKNOWN {directory} REASON=UPLOAD_REJECTED",
            _ => $"FAILED {address} UNKNOWN {directory} REASON=UNEXPECTED",
        });
    }

    private void OnFetch(DescriptorFetchNotice notice)
    {
        string address = notice.Address.ToLabel();
        string directory = NameOf(notice.Directory);
        if (_hub.IsWanted(ControlEventKind.OnionDescriptor))
        {
            Send(notice.Step switch
            {
                DescriptorFetchStep.Requested => $"REQUESTED {address} NO_AUTH {directory} {notice.BlindedKey} HSDIR_INDEX={notice.DirectoryIndex}",
                DescriptorFetchStep.Received => $"RECEIVED {address} NO_AUTH {directory} {notice.BlindedKey}",
                DescriptorFetchStep.NotFound => Failed("NOT_FOUND"),
                DescriptorFetchStep.Rejected => Failed("QUERY_REJECTED"),
                DescriptorFetchStep.Malformed => Failed("BAD_DESC"),
                _ => Failed("UNEXPECTED"),
            });
        }

        if (notice.Step != DescriptorFetchStep.Requested && _hub.IsWanted(ControlEventKind.OnionDescriptorContent))
        {
            string content = notice.Step == DescriptorFetchStep.Received ? ControlText.FromBytes(notice.Text.Span) : "";
            _hub.Send(ControlEvent.Data(ControlEventKind.OnionDescriptorContent, content, $"{address} {notice.BlindedKey} {directory}"));
        }

        string Failed(string reason) => $"FAILED {address} NO_AUTH {directory} {notice.BlindedKey} REASON={reason}";
    }

    private string NameOf(Relay relay) => RelayNames.Describe(_client.View, relay.RsaIdentity);

    private void Send(string text) => _hub.Send(ControlEvent.Line(ControlEventKind.OnionDescriptor, text));
}
