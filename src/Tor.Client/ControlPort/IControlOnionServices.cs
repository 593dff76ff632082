using Tunic.Tor.Protocol.Control.Arguments;
using Tunic.Tor.Protocol.Control.Events;
using Tunic.Tor.Protocol.Control.Replies;

namespace Tunic.Tor.Client.ControlPort;

/// <summary>The onion services of this client, as controllers drive them: ADD_ONION, DEL_ONION, HSFETCH, HSPOST, ONION_CLIENT_AUTH_ADD, _REMOVE and _VIEW.</summary>
/// <remarks>Thread safe. While nobody implements it, the commands are unknown, as in a program without onion services.</remarks>
public interface IControlOnionServices
{
    /// <summary>Raised with each HS_DESC and HS_DESC_CONTENT. May be raised inside any gate: who listens neither waits nor takes one.</summary>
    event Action<ControlEvent>? Happened;

    /// <summary>The commands it knows, in upper case, with the syntax of each.</summary>
    IReadOnlyDictionary<string, ControlSyntax> Commands { get; }

    /// <summary>Does one command.</summary>
    /// <param name="command">Its name in upper case.</param>
    /// <param name="arguments">Cut by its syntax.</param>
    /// <param name="owner">Stands for the connection: its services end with it unless they are detached.</param>
    /// <param name="cancel">Ends the wait.</param>
    Task<ControlReply> RunAsync(string command, ControlArguments arguments, object owner, CancellationToken cancel);

    /// <summary>The connection is gone: ends its services.</summary>
    void OnOwnerGone(object owner);

    /// <summary>Addresses, without ".onion", of the services of a connection; null for those of nobody (GETINFO onions/current, onions/detached).</summary>
    IReadOnlyList<string> GetAddresses(object? owner);
}
