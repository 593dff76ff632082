using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Tunic.Primitives.Errors;
using Tunic.Tor.Network.Circuits;
using Tunic.Tor.Protocol.Circuits;
using Tunic.Tor.Protocol.FlowControl.Congestion;
using Tunic.Tor.Protocol.Handshakes.Extensions;
using Tunic.Tor.Protocol.RelayMessages.OnionServices;

namespace Tunic.Tor.Client.OnionServices.Services;

/// <summary>Meets visitors: a circuit to the rendezvous point that the visitor has chosen, and the answer to its handshake (stock hs_circuit.c).</summary>
internal sealed partial class RendezvousMaker(OnionServiceEnvironment environment, OnionServiceOptions options)
{
    /// <summary>A visitor does not wait longer (stock MAX_REND_TIMEOUT).</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(30);

    /// <summary>Meets one visitor.</summary>
    /// <param name="request">What it asks; answered once.</param>
    /// <param name="network">As it is now.</param>
    /// <param name="streams">Takes the visitor's streams.</param>
    /// <param name="cancel">Ends the attempt.</param>
    /// <returns>The joined circuit, for the caller to close; null when it could not be made, or the visitor cannot be answered.</returns>
    internal async Task<OriginCircuit?> MeetAsync(RendezvousRequest request, ServiceNetwork network, IIncomingStreams streams, CancellationToken cancel)
    {
        CongestionControlParameters congestion = CongestionControlParameters.FromConsensus(network.View.Consensus.Parameters);
        if ((request.WantsCongestionControl && !congestion.Enabled)
            || NamedRelay.TryCreate(request.Plaintext.RendezvousPoint, request.Plaintext.OnionKey, environment.AllowsPrivateAddresses) is not { } target)
        {
            return null;
        }

        using var timer = new CancellationTokenSource(_patience, environment.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancel);
        for (int attempt = 1; attempt <= network.Parameters.RendezvousAttempts; attempt++)
        {
            // A single onion service that does not get there directly tries it the long way, as stock does.
            IOnionCircuits circuits = attempt == 1 ? environment.CircuitsFor(options) : environment.Circuits;
            OriginCircuit? circuit = null;
            try
            {
                circuit = await circuits.OpenAsync(OnionCircuitPurpose.ServiceRendezvous, target, either.Token);
                if (TryJoin(circuit, request, (byte)congestion.SendmeIncrement, streams))
                {
                    return circuit;
                }

                circuit.Close();
                return null;
            }
            catch (Exception failure) when (failure is TunicException or OperationCanceledException)
            {
                circuit?.Close();
                cancel.ThrowIfCancellationRequested();
                LogNotMet(environment.Log, attempt, failure.Message);
                if (timer.IsCancellationRequested)
                {
                    return null;
                }
            }
        }

        return null;
    }

    private bool TryJoin(OriginCircuit circuit, RendezvousRequest request, byte sendmeIncrement, IIncomingStreams streams)
    {
        byte[] keys = new byte[HopCiphers.CipherKeyLength(RelayCryptography.Tor1OnionService)];
        try
        {
            if (request.Handshake.TryRespond(environment.Random, keys) is not { } answer)
            {
                return false;
            }

            var message = new Rendezvous1(request.Plaintext.Cookie, answer);
            var parameters = new CircuitParameters(
                RelayCryptography.Tor1OnionService, request.WantsCongestionControl, request.WantsCongestionControl ? sendmeIncrement : (byte)0);
            circuit.JoinClient(message.Encode(environment.Random), HopCiphers.CreateAtOnionService(keys), parameters, streams);
            return true;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(keys);
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "A visitor of an onion service was not met, attempt {Attempt}: {Why}")]
    private static partial void LogNotMet(ILogger log, int attempt, string why);
}
