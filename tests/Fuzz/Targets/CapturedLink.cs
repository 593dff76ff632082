using System.Globalization;
using Tunic.Tests.Fuzz.Engine;
using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.RelayMessages;

namespace Tunic.Tests.Fuzz.Targets;

/// <summary>What stock relays and a stock client said on links: Vectors/StockLink.</summary>
internal static class CapturedLink
{
    private const string CellKind = "cell";
    private const string MessageKind = "message";

    private static readonly Dictionary<string, (string Kind, int Command)> _targets = new()
    {
        ["versions"] = (CellKind, (int)CellCommand.Versions),
        ["certs"] = (CellKind, (int)CellCommand.Certs),
        ["auth-challenge"] = (CellKind, (int)CellCommand.AuthChallenge),
        ["netinfo"] = (CellKind, (int)CellCommand.NetInfo),
        ["create-fast"] = (CellKind, (int)CellCommand.CreateFast),
        ["created-fast"] = (CellKind, (int)CellCommand.CreatedFast),
        ["create-fast-client"] = (CellKind, (int)CellCommand.CreatedFast),
        ["destroy"] = (CellKind, (int)CellCommand.Destroy),
        ["certs-of-peer"] = (CellKind, (int)CellCommand.Certs),
        ["connected"] = (MessageKind, (int)RelayCommand.Connected),
        ["end"] = (MessageKind, (int)RelayCommand.End),
        ["sendme"] = (MessageKind, (int)RelayCommand.Sendme),
        ["extended2"] = (MessageKind, (int)RelayCommand.Extended2),
        ["resolved"] = (MessageKind, (int)RelayCommand.Resolved),
        ["http-response-head"] = (MessageKind, (int)RelayCommand.Data),
        ["directory-response"] = (MessageKind, (int)RelayCommand.Data),
        ["directory-request"] = (MessageKind, (int)RelayCommand.Data),
    };

    private static readonly Lazy<ILookup<(string, int), byte[]>> _bodies = new(Read);

    /// <summary>The target, which begins with what was captured of its message besides its own seeds.</summary>
    public static FuzzTarget Add(FuzzTarget target) => _targets.TryGetValue(target.Name, out (string, int) message)
        ? target with { Seeds = () => target.Seeds().Concat(_bodies.Value[message].Where(body => body.Length <= target.MaxLength)) }
        : target;

    private static ILookup<(string Kind, int Command), byte[]> Read() => File.ReadLines(Path.Combine(FuzzFiles.Vectors, "StockLink", "cells.txt"))
        .Select(line => line.Split(' '))
        .ToLookup(fields => (fields[1], int.Parse(fields[2], CultureInfo.InvariantCulture)), fields => Convert.FromHexString(fields[3]));
}
