using Tunic.Tor.Client.ControlPort;
using Tunic.Tor.Protocol.Control.Arguments;
using Tunic.Tor.Protocol.Control.Events;
using Tunic.Tor.Protocol.Control.Replies;

namespace Tunic.Tests.Tor.Client.ControlPort;

/// <summary>Onion services of which each connection has the one that it asked for.</summary>
internal sealed class MadeOnionServices : IControlOnionServices
{
    private readonly Dictionary<object, string> _services = [];

    public event Action<ControlEvent>? Happened;

    public IReadOnlyDictionary<string, ControlSyntax> Commands { get; } = new Dictionary<string, ControlSyntax>
    {
        ["ADD_ONION"] = new() { MinArguments = 1, MaxArguments = 1, AcceptsKeywords = true },
        ["+HSPOST"] = new() { TakesData = true },
    };

    internal TaskCompletionSource OwnerGone { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal string? Posted { get; private set; }

    public Task<ControlReply> RunAsync(string command, ControlArguments arguments, object owner, CancellationToken cancel)
    {
        if (command == "+HSPOST")
        {
            Posted = arguments.Data;
            return Task.FromResult(ControlReply.Done);
        }

        _services[owner] = "address";
        Happened?.Invoke(ControlEvent.Line(ControlEventKind.OnionDescriptor, "UPLOADED address UNKNOWN $AA"));
        Happened?.Invoke(ControlEvent.Data(ControlEventKind.OnionDescriptorContent, "address x $AA\nhs-descriptor 3\n"));
        return Task.FromResult(new ControlReply().Add(250, "ServiceID=address").Add(250, "OK"));
    }

    public void OnOwnerGone(object owner)
    {
        if (_services.Remove(owner))
        {
            OwnerGone.SetResult();
        }
    }

    public IReadOnlyList<string> GetAddresses(object? owner) => owner is null ? [] : [_services[owner]];
}
