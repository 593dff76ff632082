using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Keys;
using Tunic.Primitives.Time;
using Tunic.Tor.Client;
using Tunic.Tor.Network.Channels;
using Tunic.Tor.Network.Circuits;
using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.Circuits;
using Tunic.Tor.Protocol.Errors;
using Tunic.Tor.Protocol.Handshakes;
using Tunic.Tor.Protocol.Handshakes.Extensions;
using Tunic.Tor.Protocol.OnionServices;
using Tunic.Tor.Protocol.OnionServices.Descriptors;
using Tunic.Tor.Protocol.OnionServices.Directories;
using Tunic.Tor.Protocol.Paths;
using Tunic.Tor.Protocol.RelayMessages;
using Tunic.Tor.Protocol.RelayMessages.OnionServices;
using Tunic.Tor.Protocol.Streams.Rules;

namespace Tunic.Tests.Tor.Client.OnionServices;

/// <summary>
/// An onion service in a simulated network that does as the test says: it has introduction points, meets visitors, and refuses all of their
/// streams, which only who has come to it can see.
/// </summary>
internal sealed class SimulatedService : IIncomingStreams, IAsyncDisposable
{
    private readonly TorClient _client;
    private readonly Ed25519PrivateKey _identity = Ed25519PrivateKey.Generate(SystemRandomSource.Instance);
    private readonly List<OriginCircuit> _circuits = [];
    private readonly List<IntroductionPoint> _points = [];
    private readonly List<Task> _listening = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly NtorKeyPair _encryption = NtorKeyPair.Generate(SystemRandomSource.Instance);

    /// <param name="client">Builds its circuits; belongs to the service.</param>
    internal SimulatedService(TorClient client) => _client = client;

    internal OnionAddress Address => new(_identity.PublicKey);

    internal DescriptorKeys Keys { get; private set; } = null!;

    /// <summary>Introductions that have come.</summary>
    internal List<IntroducePlaintext> Introductions { get; } = [];

    /// <summary>Answers with a key that no visitor has asked for.</summary>
    internal bool IsAnother { get; set; }

    internal PeriodCredential Credential => Keys.Credential;

    /// <summary>Makes it known at this many relays.</summary>
    internal async Task StartAsync(int points, IReadOnlyList<ReadOnlyMemory<byte>> authorizedClients, CancellationToken cancel)
    {
        var directories = new DescriptorDirectories(_client.View!, isTestNetwork: false);
        Keys = DescriptorKeys.Create(_identity, directories.FetchPeriod, authorizedClients, SystemRandomSource.Instance);
        foreach (Relay relay in _client.View!.Relays.Take(points))
        {
            await EstablishAsync(relay, cancel);
        }
    }

    /// <summary>A descriptor of now.</summary>
    internal byte[] Describe(ulong revision, ProofOfWorkParameters? puzzle = null) => DescriptorWriter.Write(
        Keys,
        new DescriptorContent { IntroductionPoints = [.. _points], FlowControl = new DescriptorFlowControl("1-2", 31), ProofOfWork = puzzle },
        revision,
        MemoryNetworkNow,
        SystemRandomSource.Instance);

    /// <summary>The introduction points forget it.</summary>
    internal void Leave() => _circuits.ForEach(circuit => circuit.Close());

    public void OnRequested(OriginCircuit circuit, RelayCommand command, ushort streamId, ReadOnlySpan<byte> body, ReceiveBatch batch) =>
        circuit.RefuseStream(streamId, EndReason.ConnectRefused);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_listening).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _client.DisposeAsync();
        Keys?.Dispose();
        _identity.Dispose();
        _encryption.Dispose();
    }

    private static DateTime MemoryNetworkNow => Tunic.Tests.TorRelay.Authority.MemoryNetwork.Now;

    private async Task EstablishAsync(Relay relay, CancellationToken cancel)
    {
        OriginCircuit circuit = await _client.BuildCircuitToAsync(relay, cancel);
        using Ed25519PrivateKey authentication = Ed25519PrivateKey.Generate(SystemRandomSource.Instance);
        circuit.SendMessage(
            RelayCommand.EstablishIntro, EstablishIntro.Create(authentication, MessageExtensions.None, circuit.GetNonce()).Encode(), ExpectedMessages.Introductions);
        CircuitMessage answer = await circuit.ReceiveMessageAsync(cancel);
        Assert.Equal(RelayCommand.IntroEstablished, answer.Command);
        _circuits.Add(circuit);
        _points.Add(new IntroductionPoint
        {
            LinkSpecifiers = LinkSpecifiers.For(relay.IPv4Address, relay.RsaIdentity, relay.Ed25519Identity, null),
            OnionKey = relay.NtorOnionKey,
            AuthenticationKey = authentication.PublicKey,
            EncryptionKey = _encryption.PublicKey.ToArray(),
        });
        _listening.Add(ListenAsync(circuit, authentication.PublicKey));
    }

    private async Task ListenAsync(OriginCircuit circuit, Ed25519Identity authentication)
    {
        while (true)
        {
            CircuitMessage message = await circuit.ReceiveMessageAsync(_stop.Token);
            Assert.True(HsNtorServiceHandshake.TryAccept(
                authentication, _encryption, [Credential.Subcredential.Value], Introduce1.Decode(message.Body.Span), out IntroducePlaintext? plaintext, out HsNtorServiceHandshake? handshake));
            lock (Introductions)
            {
                Introductions.Add(plaintext);
            }

            await MeetAsync(plaintext, handshake);
        }
    }

    private async Task MeetAsync(IntroducePlaintext plaintext, HsNtorServiceHandshake handshake)
    {
        var target = new HopTarget
        {
            RsaIdentity = plaintext.RendezvousPoint.RsaIdentity!.Value,
            Ed25519Identity = plaintext.RendezvousPoint.Ed25519Identity!.Value,
            NtorOnionKey = plaintext.OnionKey,
            Specifiers = plaintext.RendezvousPoint,
        };
        OriginCircuit circuit = await _client.BuildCircuitToAsync(target, _stop.Token);
        var keys = new byte[HopCiphers.CipherKeyLength(RelayCryptography.Tor1OnionService)];
        byte[] answer = handshake.TryRespond(SystemRandomSource.Instance, keys)!;
        if (IsAnother)
        {
            answer[^1] ^= 1;
        }

        bool hasCongestionControl = plaintext.Extensions.Any(extension => extension.IsCongestionControlRequest);
        circuit.JoinClient(
            new Rendezvous1(plaintext.Cookie, answer).Encode(SystemRandomSource.Instance),
            HopCiphers.CreateAtOnionService(keys),
            new CircuitParameters(RelayCryptography.Tor1OnionService, hasCongestionControl, hasCongestionControl ? (byte)31 : (byte)0),
            this);
    }
}
