using Microsoft.Extensions.Logging;
using Tunic.Primitives.Bytes;
using Tunic.Primitives.Errors;
using Tunic.Tor.Network;
using Tunic.Tor.Network.Circuits;
using Tunic.Tor.Protocol.RelayMessages;
using Tunic.Tor.Protocol.RelayMessages.OnionServices;
using Tunic.Tor.Protocol.Streams.Rules;

namespace Tunic.Tor.Client.OnionServices.Services;

/// <summary>Holds the circuit to one introduction point, from its building to its end (rend-spec-v3, "Registering an introduction point").</summary>
internal sealed partial class IntroductionListener(OnionServiceEnvironment environment, OnionServiceOptions options)
{
    /// <summary>For building the circuit and being accepted.</summary>
    private static readonly TimeSpan _timeLimit = TimeSpan.FromSeconds(90);

    /// <summary>Builds the circuit, registers, and hands on what comes until the circuit ends.</summary>
    /// <param name="point">The relay and the keys.</param>
    /// <param name="onOpened">Asked when the circuit is there whether it is needed still.</param>
    /// <param name="onEstablished">Told when the relay has agreed.</param>
    /// <param name="onIntroduction">Given the body of each INTRODUCE2.</param>
    /// <param name="cancel">Closes the circuit.</param>
    internal async Task RunAsync(
        ServiceIntroductionPoint point, Func<bool> onOpened, Action onEstablished, Action<ReadOnlyMemory<byte>> onIntroduction, CancellationToken cancel)
    {
        OriginCircuit? circuit = null;
        try
        {
            circuit = await EstablishAsync(point, onOpened, cancel);
            if (circuit is null)
            {
                return;
            }

            onEstablished();
            while (true)
            {
                CircuitMessage message = await circuit.ReceiveMessageAsync(cancel);
                if (message.Command == RelayCommand.Introduce2)
                {
                    await ReceiveLoop.LeaveAsync();
                    onIntroduction(message.Body);
                }
            }
        }
        catch (Exception failure) when (failure is TunicException or MalformedMessageException or OperationCanceledException)
        {
            LogEnded(environment.Log, failure.Message);
        }
        finally
        {
            circuit?.Close();
        }
    }

    /// <summary>Null when the circuit is not needed any more, or the relay does not want to be an introduction point.</summary>
    private async Task<OriginCircuit?> EstablishAsync(ServiceIntroductionPoint point, Func<bool> onOpened, CancellationToken cancel)
    {
        using var timer = new CancellationTokenSource(_timeLimit, environment.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancel);
        OriginCircuit circuit = await OpenAsync(point, either.Token);
        try
        {
            if (!onOpened())
            {
                circuit.Close();
                return null;
            }

            MessageExtensions extensions = options.IntroductionLimits is { } limits && point.UnderstandsLimits
                ? new MessageExtensions(limits.ToExtension())
                : MessageExtensions.None;
            EstablishIntro request = EstablishIntro.Create(point.AuthenticationKey, extensions, circuit.GetNonce());
            circuit.SendMessage(RelayCommand.EstablishIntro, request.Encode(), ExpectedMessages.Introductions);
            CircuitMessage answer = await circuit.ReceiveMessageAsync(either.Token);
            if (answer.Command == RelayCommand.IntroEstablished)
            {
                IntroEstablished.Decode(answer.Body.Span);
                return circuit;
            }

            circuit.Close();
            return null;
        }
        catch
        {
            circuit.Close();
            throw;
        }
    }

    /// <summary>A single onion service that does not get there directly tries it the long way, as stock does.</summary>
    private async Task<OriginCircuit> OpenAsync(ServiceIntroductionPoint point, CancellationToken cancel)
    {
        if (options.IsSingleHop)
        {
            try
            {
                return await environment.DirectCircuits.OpenAsync(OnionCircuitPurpose.ServiceIntroduction, point.Target, cancel);
            }
            catch (TunicException failure)
            {
                LogEnded(environment.Log, failure.Message);
            }
        }

        return await environment.Circuits.OpenAsync(OnionCircuitPurpose.ServiceIntroduction, point.Target, cancel);
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "A circuit to an introduction point of an onion service has ended: {Why}")]
    private static partial void LogEnded(ILogger log, string why);
}
