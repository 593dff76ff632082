using Tunic.Node.Configuration.Torrc;
using Tunic.Node.Logging;
using Tunic.Node.Processes;
using Tunic.Primitives.Errors;
using Tunic.Primitives.Storage;
using Tunic.Primitives.Time;
using Tunic.Tor.Relay.Keys;

namespace Tunic.Node.TorProgram;

/// <summary>`--list-fingerprint [rsa|ed25519]`: says who the relay is, making its keys if need be.</summary>
internal static class TorFingerprint
{
    /// <exception cref="CommandException">The torrc is a client's.</exception>
    internal static async Task<int> ListAsync(TorrcOptions options, string kind)
    {
        if (!options.IsRelay)
        {
            throw new CommandException(ErrorKind.Configuration, "Clients don't have long-term identity keys. Exiting.");
        }

        IStateStore store = TorStorage.Open(options);
        using RelayKeys keys = await RelayKeys.LoadAsync(
            store, TorRelaySettings.CreateKeys(options.Relay), SystemRandomSource.Instance, DateTime.UtcNow, CancellationToken.None);
        await keys.WriteFingerprintsAsync(options.Relay.Nickname, CancellationToken.None);
        StandardStreams.WriteLine(
            kind == "ed25519"
                ? $"{options.Relay.Nickname} {keys.Ed25519Identity.ToBase64()}"
                : $"{options.Relay.Nickname} {string.Join(' ', keys.RsaIdentity.ToString().Chunk(4).Select(digits => new string(digits)))}");
        return ExitCode.Success;
    }
}
