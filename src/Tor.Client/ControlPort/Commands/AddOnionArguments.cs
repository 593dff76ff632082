using System.Globalization;
using Tunic.Tor.Client.OnionServices.Services;
using Tunic.Tor.Protocol.Control.Arguments;
using Tunic.Tor.Protocol.OnionServices.Authorization;
using Tunic.Tor.Protocol.OnionServices.ProofOfWork;

namespace Tunic.Tor.Client.ControlPort.Commands;

/// <summary>What stands behind the key in ADD_ONION.</summary>
internal sealed class AddOnionArguments
{
    private readonly List<OnionServicePort> _ports = [];
    private readonly List<string> _clients = [];
    private readonly List<ReadOnlyMemory<byte>> _clientKeys = [];
    private int _maxStreams;
    private bool _closesFullCircuits;
    private bool _asksForWork;
    private RendezvousQueueOptions _queue = new();
    private bool _hasClients;

    private AddOnionArguments()
    {
    }

    /// <summary>Words that may stand there; of version 2 there is one, which is refused.</summary>
    internal static IReadOnlyList<string> Keywords { get; } =
        ["Port", "Flags", "MaxStreams", "PoWDefensesEnabled", "PoWQueueRate", "PoWQueueBurst", "ClientAuth", "ClientAuthV3"];

    /// <summary>A new key is not told.</summary>
    internal bool DiscardsKey { get; private set; }

    /// <summary>The service does not end with the connection.</summary>
    internal bool IsDetached { get; private set; }

    /// <summary>The service does not hide where it is.</summary>
    internal bool IsNonAnonymous { get; private set; }

    /// <summary>Keys of clients as they were written.</summary>
    internal IReadOnlyList<string> Clients => _clients;

    /// <summary>Reads them.</summary>
    /// <param name="words">The keywords.</param>
    /// <param name="fault">Stock's words for the first thing that is wrong, code 512; null when nothing is.</param>
    internal static AddOnionArguments Read(IReadOnlyList<ControlKeyword> words, out string? fault)
    {
        var read = new AddOnionArguments();
        fault = words.Select(read.Take).FirstOrDefault(wrong => wrong is not null)
            ?? (read._ports.Count == 0 ? "Missing 'Port' argument"
                : !read._hasClients && read._clients.Count > 0 ? "No auth type specified"
                : read._hasClients && read._clients.Count == 0 ? "No auth clients specified"
                : null);
        return read;
    }

    internal OnionServiceOptions ToOptions(bool publishes) => new()
    {
        Ports = _ports,
        MaxStreams = _maxStreams,
        ClosesFullCircuits = _closesFullCircuits,
        ProofOfWork = _asksForWork ? _queue : null,
        AuthorizedClients = _clientKeys,
        IsSingleHop = IsNonAnonymous,
        Publishes = publishes,
    };

    private string? Take(ControlKeyword word)
    {
        switch (word.Key.ToUpperInvariant())
        {
            case "PORT":
                if (OnionPortReader.Read(word.Value, ',', out _) is not { } port)
                {
                    return "Invalid VIRTPORT/TARGET";
                }

                _ports.Add(port);
                return null;
            case "MAXSTREAMS":
                return TryReadNumber(word.Value, ushort.MaxValue, out _maxStreams) ? null : "Invalid MaxStreams";
            case "POWDEFENSESENABLED":
                bool isFlag = TryReadNumber(word.Value, 1, out int enabled);
                _asksForWork = enabled == 1;
                return isFlag ? null : "Invalid PoWDefensesEnabled";
            case "POWQUEUERATE":
                bool isRate = TryReadNumber(word.Value, int.MaxValue, out int rate);
                _queue = _queue with { Rate = rate };
                return isRate ? null : "Invalid PoWQueueRate";
            case "POWQUEUEBURST":
                bool isBurst = TryReadNumber(word.Value, int.MaxValue, out int burst);
                _queue = _queue with { Burst = burst };
                return isBurst ? null : "Invalid PoWQueueBurst";
            case "FLAGS":
                string[] flags = word.Value.Split(',', StringSplitOptions.RemoveEmptyEntries);
                return flags.Length == 0 ? "Invalid 'Flags' argument" : flags.Select(TakeFlag).FirstOrDefault(wrong => wrong is not null);
            case "CLIENTAUTHV3":
                return TakeClient(word.Value);
            default:
                return "Invalid client authorization";
        }
    }

    private string? TakeFlag(string flag)
    {
        switch (flag.ToUpperInvariant())
        {
            case "DISCARDPK":
                DiscardsKey = true;
                return null;
            case "DETACH":
                IsDetached = true;
                return null;
            case "MAXSTREAMSCLOSECIRCUIT":
                _closesFullCircuits = true;
                return null;
            case "V3AUTH":
                _hasClients = true;
                return null;
            case "NONANONYMOUS":
                IsNonAnonymous = true;
                return null;
            default:
                return $"Invalid 'Flags' argument: {QuotedText.Quote(flag)}";
        }
    }

    private string? TakeClient(string text)
    {
        if (!ClientAuthorizationText.TryParseKey(text, out byte[]? key))
        {
            return "Cannot decode v3 client auth key";
        }

        _clients.Add(text);
        _clientKeys.Add(key);
        return null;
    }

    private static bool TryReadNumber(string text, int most, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number <= most;
}
