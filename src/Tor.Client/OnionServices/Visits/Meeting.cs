using System.Security.Cryptography;
using Tunic.Primitives.Bytes;
using Tunic.Primitives.Errors;
using Tunic.Primitives.Keys;
using Tunic.Tor.Client.Circuits;
using Tunic.Tor.Network.Circuits;
using Tunic.Tor.Protocol.Circuits;
using Tunic.Tor.Protocol.Errors;
using Tunic.Tor.Protocol.FlowControl.Congestion;
using Tunic.Tor.Protocol.Handshakes;
using Tunic.Tor.Protocol.Handshakes.Extensions;
using Tunic.Tor.Protocol.OnionServices.Descriptors;
using Tunic.Tor.Protocol.Paths;
using Tunic.Tor.Protocol.RelayMessages;
using Tunic.Tor.Protocol.RelayMessages.OnionServices;
using Tunic.Tor.Protocol.Streams.Rules;

namespace Tunic.Tor.Client.OnionServices.Visits;

/// <summary>
/// One try to meet a service: a circuit to a rendezvous point, one cookie and one handshake with one introduction point (rend-spec-v3, "The
/// rendezvous protocol"). The three live and die together, so that the answer to one introduction can never be taken for that to another.
/// </summary>
/// <remarks>Used once, by one caller.</remarks>
internal sealed class Meeting : IAsyncDisposable
{
    /// <summary>So long the introduction point may take to answer.</summary>
    private static readonly TimeSpan AcknowledgementLimit = TimeSpan.FromSeconds(20);

    /// <summary>So long the service may take from there to the rendezvous point: it has to build a circuit of four hops.</summary>
    private static readonly TimeSpan RendezvousLimit = TimeSpan.FromSeconds(30);

    /// <summary>The same of a service under attack, where introductions wait for their turn.</summary>
    private static readonly TimeSpan QueuedRendezvousLimit = TimeSpan.FromSeconds(90);

    private readonly VisitEnvironment _environment;
    private readonly CircuitParameters _parameters;
    private readonly RendezvousCookie _cookie;
    private readonly HsNtorClientHandshake _handshake;
    private OriginCircuit? _circuit;
    private Relay? _end;

    /// <param name="environment">The client around it.</param>
    /// <param name="content">The service's descriptor.</param>
    /// <param name="point">One of its introduction points.</param>
    internal Meeting(VisitEnvironment environment, DescriptorContent content, IntroductionPoint point)
    {
        _environment = environment;
        _parameters = Negotiate(content, CongestionControlParameters.FromConsensus(environment.View()!.Consensus.Parameters));
        _cookie = RendezvousCookie.Generate(environment.Random);
        _handshake = new HsNtorClientHandshake(environment.Random, point.AuthenticationKey, point.EncryptionKey.Span);
    }

    /// <summary>Opens a circuit to a relay of our choice, and has it wait for the service.</summary>
    /// <exception cref="TunicException">It did not work.</exception>
    internal async Task EstablishAsync(CancellationToken cancel)
    {
        (_circuit, _end) = await _environment.Circuits.OpenToAnyAsync(OnionCircuitPurpose.ClientRendezvous, new HashSet<Relay>(), cancel);
        _circuit.SendMessage(RelayCommand.EstablishRendezvous, new EstablishRendezvous(_cookie).Encode(), ExpectedMessages.Rendezvous);
        using var timer = new CancellationTokenSource(AcknowledgementLimit, _environment.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancel);
        CircuitMessage answer = await ReceiveAsync(_circuit, timer, either.Token);
        if (answer.Command != RelayCommand.RendezvousEstablished)
        {
            throw new CircuitProtocolException(DestroyReason.Protocol, $"{answer.Command} before the rendezvous point was ready");
        }
    }

    /// <summary>Has the service told where we wait, and waits for it there.</summary>
    /// <param name="introduction">A circuit to the introduction point; the caller closes it.</param>
    /// <param name="subcredential">The service's.</param>
    /// <param name="proof">Of our work; null when none is asked for.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <returns>The joined circuit, which is the caller's from now on.</returns>
    /// <exception cref="IntroductionException">The introduction point did not pass it on, or the service does not come.</exception>
    /// <exception cref="TunicException">The rendezvous failed.</exception>
    internal async Task<OriginCircuit> JoinAsync(
        OriginCircuit introduction, Digest256 subcredential, IntroductionProof? proof, CancellationToken cancel)
    {
        OriginCircuit circuit = _circuit!;
        Introduce(introduction, subcredential, proof);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        Task<CircuitMessage> coming = circuit.ReceiveMessageAsync(stop.Token);
        Task acknowledged = AcknowledgeAsync(introduction, stop.Token);
        try
        {
            // The service may be here before the introduction point has said that it was told.
            if (await Task.WhenAny(coming, acknowledged) == acknowledged)
            {
                await acknowledged;
            }

            CircuitMessage answer = await WaitForServiceAsync(coming, proof is null ? RendezvousLimit : QueuedRendezvousLimit, cancel);
            Complete(circuit, answer);
            _circuit = null;
            return circuit;
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(coming, acknowledged).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public ValueTask DisposeAsync()
    {
        _handshake.Dispose();
        _circuit?.Close();
        return ValueTask.CompletedTask;
    }

    /// <summary>What the introduction settles: congestion control when the network has it and the service can do it.</summary>
    private static CircuitParameters Negotiate(DescriptorContent content, CongestionControlParameters congestion) =>
        congestion.Enabled && content.FlowControl is { SupportsCongestionControl: true } flowControl
            ? new CircuitParameters(RelayCryptography.Tor1OnionService, CongestionControl: true, (byte)flowControl.SendmeIncrement)
            : new CircuitParameters(RelayCryptography.Tor1OnionService, CongestionControl: false, SendmeIncrement: 0);

    private void Introduce(OriginCircuit introduction, Digest256 subcredential, IntroductionProof? proof)
    {
        List<MessageExtension> extensions = [];
        if (_parameters.CongestionControl)
        {
            extensions.Add(MessageExtension.CongestionControlRequest);
        }

        if (proof is not null)
        {
            extensions.Add(proof.ToExtension());
        }

        HopTarget end = HopTargets.Create(_end!, carriesStreams: false, CongestionControlParameters.Default);
        var plaintext = new IntroducePlaintext(_cookie, new MessageExtensions([.. extensions]), end.NtorOnionKey, end.Specifiers);
        Introduce1 message = _handshake.TryIntroduce(subcredential, plaintext)
            ?? throw new IntroductionException(IntroductionFailure.Refused, "the introduction point's key in the descriptor is no key");
        try
        {
            introduction.SendMessage(RelayCommand.Introduce1, message.Encode(), ExpectedMessages.IntroduceAck);
        }
        catch (CircuitEndedException failure)
        {
            throw new IntroductionException(IntroductionFailure.Unreachable, failure.Message, failure);
        }
    }

    private async Task AcknowledgeAsync(OriginCircuit introduction, CancellationToken cancel)
    {
        using var timer = new CancellationTokenSource(AcknowledgementLimit, _environment.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancel);
        CircuitMessage answer;
        try
        {
            answer = await ReceiveAsync(introduction, timer, either.Token);
        }
        catch (TunicException failure)
        {
            throw new IntroductionException(
                failure.Kind == ErrorKind.Timeout ? IntroductionFailure.TimedOut : IntroductionFailure.Unreachable, failure.Message, failure);
        }

        IntroduceAckStatus status;
        try
        {
            status = IntroduceAck.Decode(answer.Body.Span).Status;
        }
        catch (MalformedMessageException malformed)
        {
            throw new IntroductionException(IntroductionFailure.Refused, "the introduction point's answer cannot be read", malformed);
        }

        if (status != IntroduceAckStatus.Success)
        {
            throw new IntroductionException(IntroductionFailure.Refused, $"the introduction point refused: {status}");
        }
    }

    private async Task<CircuitMessage> WaitForServiceAsync(Task<CircuitMessage> coming, TimeSpan limit, CancellationToken cancel)
    {
        try
        {
            return await coming.WaitAsync(limit, _environment.Time, cancel);
        }
        catch (TimeoutException late)
        {
            throw new IntroductionException(IntroductionFailure.Unreachable, $"the service did not come within {limit.TotalSeconds:0} s", late);
        }
    }

    private void Complete(OriginCircuit circuit, CircuitMessage answer)
    {
        if (answer.Command != RelayCommand.Rendezvous2)
        {
            throw new CircuitProtocolException(DestroyReason.Protocol, $"{answer.Command} in place of the service");
        }

        var keyMaterial = new byte[HopCiphers.CipherKeyLength(RelayCryptography.Tor1OnionService)];
        try
        {
            if (!_handshake.TryComplete(Rendezvous2.Decode(answer.Body.Span).Handshake.Span, keyMaterial))
            {
                throw new CircuitProtocolException(DestroyReason.Protocol, "somebody else came to the rendezvous point");
            }

            circuit.JoinService(HopCiphers.CreateClient(RelayCryptography.Tor1OnionService, keyMaterial), _parameters);
        }
        catch (MalformedMessageException malformed)
        {
            throw new CircuitProtocolException(DestroyReason.Protocol, "the service's answer is cut off", malformed);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(keyMaterial);
        }
    }

    private static async Task<CircuitMessage> ReceiveAsync(OriginCircuit circuit, CancellationTokenSource timer, CancellationToken either)
    {
        try
        {
            return await circuit.ReceiveMessageAsync(either);
        }
        catch (OperationCanceledException) when (timer.IsCancellationRequested)
        {
            throw new CircuitEndedException(ErrorKind.Timeout, $"no answer within {AcknowledgementLimit.TotalSeconds:0} s");
        }
    }
}
