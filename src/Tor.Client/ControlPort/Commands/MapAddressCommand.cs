using Tunic.Tor.Protocol.Control.Arguments;
using Tunic.Tor.Protocol.Control.Replies;
using Tunic.Tor.Protocol.Socks;

namespace Tunic.Tor.Client.ControlPort.Commands;

/// <summary>MAPADDRESS: lets hosts stand for others; an address of zeros or "." asks for one that stands for nothing yet.</summary>
internal sealed class MapAddressCommand(TorClient client) : QuickCommand("MAPADDRESS", new ControlSyntax { AcceptsKeywords = true })
{
    private protected override ControlCommandResult Run(ControlSession session, ControlArguments arguments)
    {
        if (arguments.Keywords.Count == 0)
        {
            return ControlCommandResult.Of(512, "syntax error: not enough arguments to mapaddress.");
        }

        var reply = new ControlReply();
        foreach ((string from, string to) in arguments.Keywords)
        {
            Map(from, to, reply);
        }

        return new ControlCommandResult(reply);
    }

    private void Map(string from, string to, ControlReply reply)
    {
        if (!IsHost(to))
        {
            reply.Add(512, $"syntax error: invalid address '{to}'");
        }
        else if (from is "." or "0.0.0.0" or "::")
        {
            _ = client.Addresses.AddVirtual(from, to) is { } host
                ? reply.Add(250, $"{host}={to}")
                : reply.Add(451, $"resource exhausted: skipping '{from}={to}'");
        }
        else if (FindFault(from, to) is { } fault)
        {
            reply.Add(512, $"syntax error: invalid address mapping  '{from}={to}': {fault}");
        }
        else
        {
            _ = client.Addresses.TryAdd(from, to)
                ? reply.Add(250, $"{from}={to}")
                : reply.Add(451, $"resource exhausted: skipping '{from}={to}'");
        }
    }

    private static string? FindFault(string from, string to)
    {
        bool isFromPattern = from.StartsWith("*.", StringComparison.Ordinal);
        return to.StartsWith("*.", StringComparison.Ordinal) && !isFromPattern ? "can't use \"*.\" in the target of a mapping of one address"
            : isFromPattern && from.Length < 3 ? "can't use \"*\" alone"
            : null;
    }

    private static bool IsHost(string host) =>
        TargetAddress.TryParse(host.StartsWith("*.", StringComparison.Ordinal) ? host[2..] : host, 0, out _);
}
