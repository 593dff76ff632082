using System.Buffers.Binary;
using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Keys;
using Tunic.Primitives.Time;
using Tunic.Tests.Tor.Protocol.Paths;
using Tunic.Tor.Client.OnionServices.Services;
using Tunic.Tor.Protocol.Documents;
using Tunic.Tor.Protocol.Handshakes;
using Tunic.Tor.Protocol.OnionServices;
using Tunic.Tor.Protocol.OnionServices.Directories;
using Tunic.Tor.Protocol.Paths;
using Tunic.Tor.Protocol.RelayMessages.OnionServices;

namespace Tunic.Tests.Tor.Client.OnionServices.Services;

/// <summary>One service's state in an invented network, with a clock that stands still until it is moved.</summary>
internal sealed class ServiceBench : IDisposable
{
    private const string Protocols = "Link=3-5 Relay=2-6 FlowCtrl=1-2 HSDir=2 HSIntro=4-5 HSRend=1-2";

    private readonly TestNetwork _network = new();
    private readonly Ed25519PrivateKey _key;
    private HashSet<RsaIdentity> _excluded = [];

    internal ServiceBench(int relays = 30, OnionServiceOptions? options = null)
    {
        _key = Ed25519PrivateKey.Generate(Random);
        for (int i = 0; i < relays; i++)
        {
            AddRelay();
        }

        Network = Look();
        State = new OnionServiceState(_key, options ?? Options, Random, UtcNow, Now);
    }

    internal static OnionServiceOptions Options { get; } = new() { Ports = [new OnionServicePort(80, new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 80))] };

    internal SeededRandomSource Random { get; } = new(7);

    internal OnionServiceState State { get; }

    internal ServiceNetwork Network { get; private set; }

    internal Ed25519Identity Identity => _key.PublicKey;

    internal DateTime UtcNow { get; private set; } = TestNetwork.Start;

    internal TimeSpan Now { get; private set; } = TimeSpan.FromDays(1);

    internal Dictionary<string, int> Parameters => _network.Parameters;

    internal void Pass(TimeSpan time)
    {
        UtcNow += time;
        Now += time;
    }

    /// <summary>A consensus of now, with what has been changed since the last.</summary>
    internal void Refresh()
    {
        _network.ValidAfter = new DateTime(UtcNow.Year, UtcNow.Month, UtcNow.Day, UtcNow.Hour, 0, 0, DateTimeKind.Utc);
        Network = Look();
    }

    internal void AddRelay()
    {
        int number = _network.Add(TestNetwork.Ordinary | RelayFlags.HSDir, protocols: Protocols);
        var onionKey = new byte[32];
        BinaryPrimitives.WriteInt32BigEndian(onionKey, number + 1);
        Digest256 digest = TestNetwork.Digest(number);
        _network.Microdescriptors[digest] = _network.Microdescriptors[digest] with { NtorOnionKey = onionKey };
    }

    internal void Stop(RsaIdentity relay) =>
        _network.Change(_network.Statuses.FindIndex(status => status.Identity == relay), status => status with { Flags = RelayFlags.Valid });

    internal void Exclude(params RsaIdentity[] relays) => _excluded = [.. relays];

    internal void Update() => State.Update(Network, UtcNow, Now);

    /// <summary>All circuits that the service wants now.</summary>
    internal List<ServiceIntroductionPoint> TakeAttempts()
    {
        List<ServiceIntroductionPoint> taken = [];
        while (State.TryTakeAttempt(Now, out ServiceIntroductionPoint? point))
        {
            taken.Add(point);
        }

        return taken;
    }

    internal List<DescriptorVersion> TakeUploads()
    {
        List<DescriptorVersion> taken = [];
        while (State.TryTakeUpload(UtcNow, Now, out DescriptorVersion? version))
        {
            taken.Add(version);
        }

        return taken;
    }

    /// <summary>Has every circuit succeed, and gives out the uploads that follow.</summary>
    internal List<DescriptorVersion> Establish()
    {
        Update();
        foreach (ServiceIntroductionPoint point in TakeAttempts())
        {
            if (State.OnOpened(point, Now))
            {
                State.OnEstablished(point);
            }
            else
            {
                State.OnEnded(point);
            }
        }

        Update();
        return TakeUploads();
    }

    /// <summary>What a visitor sends through a point.</summary>
    internal byte[] Introduce(ServiceIntroductionPoint point, RendezvousCookie? cookie = null, params MessageExtension[] extensions) =>
        Introduce(point, point.Subcredential, cookie, extensions);

    /// <summary>The same, with the subcredential of some address.</summary>
    internal byte[] Introduce(ServiceIntroductionPoint point, Subcredential subcredential, RendezvousCookie? cookie = null, params MessageExtension[] extensions)
    {
        using var client = new HsNtorClientHandshake(Random, point.AuthenticationKey.PublicKey, point.EncryptionKey.PublicKey);
        var plaintext = new IntroducePlaintext(
            cookie ?? RendezvousCookie.Generate(Random), new MessageExtensions(extensions), new byte[32], point.Target.Specifiers);
        return client.TryIntroduce(subcredential.Value, plaintext)!.Encode();
    }

    public void Dispose()
    {
        State.Dispose();
        _key.Dispose();
    }

    private ServiceNetwork Look()
    {
        NetworkView view = _network.View();
        return new ServiceNetwork(
            view, new DescriptorDirectories(view, isTestNetwork: false), IntroductionParameters.Of(view), relay => !_excluded.Contains(relay.RsaIdentity));
    }
}
