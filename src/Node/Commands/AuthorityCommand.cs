using System.CommandLine;
using System.Net.Sockets;
using System.Net;
using Tunic.Node.Hosting;
using Tunic.Node.Logging;
using Tunic.Node.Metrics;
using Tunic.Node.Processes;
using Tunic.Node.Storage;
using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Errors;
using Tunic.Primitives.Keys;
using Tunic.Primitives.Storage;
using Tunic.Primitives.Time;
using Tunic.Tor.Client;
using Tunic.Tor.Network.NetworkDirectory.Profiles;
using Tunic.Tor.Network.NetworkDirectory;
using Tunic.Tor.Protocol.Voting.Flags;
using Tunic.Tor.Protocol.Voting.Keys;
using Tunic.Tor.Protocol.Voting.Rounds;
using Tunic.Tor.Protocol.Voting.Timing;
using Tunic.Tor.Protocol.Voting.Uploads;
using Tunic.Tor.Protocol.Voting.Votes;
using Tunic.Tor.Relay.Circuits;
using Tunic.Tor.Relay.Descriptors;
using Tunic.Tor.Relay.Keys;
using Tunic.Tor.Relay;

namespace Tunic.Node.Commands;

/// <summary>`tunic authority`: founds a network of one's own, or runs the one founded before, and keeps the file with which others join it.</summary>
internal sealed class AuthorityCommand
{
    private const int CertificateMonths = 12;
    private const int IntervalsValid = 10;
    private static readonly TimeSpan Delay = TimeSpan.FromSeconds(2);

    private readonly Option<string> _data = new("--data") { Description = "Directory for everything that is kept.", DefaultValueFactory = _ => DataLocation.Default };
    private readonly Option<string> _name = new("--name") { Description = "The network's name: 1 to 32 of a-z, 0-9 and '-'.", Required = true };
    private readonly Option<string> _address = new("--address") { Description = "IPv4 address under which others reach this machine.", Required = true };
    private readonly Option<int> _orPort = new("--or-port") { Description = "Port for the connections of clients and relays.", DefaultValueFactory = _ => 9001 };
    private readonly Option<int> _dirPort = new("--dir-port") { Description = "Port where relays upload.", DefaultValueFactory = _ => 9030 };
    private readonly Option<int> _interval = new("--voting-interval") { Description = "Seconds between two consensuses, 10 to 3600; must divide a day.", DefaultValueFactory = _ => 60 };
    private readonly Option<string> _contact = new("--contact") { Description = "How to reach you, for everybody to read.", DefaultValueFactory = _ => "(none)" };

    private readonly Option<int> _metricsPort = new("--metrics-port") { Description = "Port on 127.0.0.1 for metrics in Prometheus' format; 0 for none." };

    internal Command Create()
    {
        var command = new Command("authority", "Found a network, or go on with it: this machine decides who is in it.");
        foreach (Option option in new Option[] { _data, _name, _address, _orPort, _dirPort, _interval, _contact, _metricsPort })
        {
            command.Options.Add(option);
        }

        command.SetAction(RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult arguments, CancellationToken cancel)
    {
        using var signals = new ProcessSignals();
        using NodeLog log = NodeLog.ToStandardOutput();
        string name = arguments.GetValue(_name)!;
        Require(NetworkFile.IsName(name), $"--name {name}: 1 to 32 of a-z, 0-9 and '-' are possible, and not 'tor'.");
        string directory = Path.Combine(Path.GetFullPath(arguments.GetValue(_data)!), "networks", name, "authority");
        var store = new FileStateStore(directory);
        using DataDirectoryLock held = DataDirectoryLock.TryTake(directory)
            ?? throw new CommandException(ErrorKind.LocalState, $"Another authority uses {directory}: end it, or choose another directory with --data.");
        DirectoryAuthority self = await LoadOrMakeAsync(arguments, store, signals.Stopping);
        bool isPrivate = self.OnionRouterAddress.Address.GetAddressBytes() is [10, ..] or [127, ..] or [192, 168, ..] or [172, >= 16 and < 32, ..];
        string file = await PublishFileAsync(name, self, isPrivate, store, directory, signals.Stopping);
        var profile = new NetworkProfile { Name = name, Authorities = [self], IsPrivate = isPrivate, HasLiveness = true };
        using var environment = new NodeEnvironment(log, TimeProvider.System);
        await using var client = new ClientNode(profile, new ClientOptions { ServesRelay = true }, new SplitStateStore(store, new ReadThroughStateStore(store)), environment);
        await client.LoadAsync(signals.Stopping);
        await using RelayHost relay = await RelayHost.CreateAsync(
            CreateSettings(arguments, profile, self), profile, store, environment, signals.Stopping);
        try
        {
            relay.Start(client.Client);
        }
        catch (SocketException failure)
        {
            throw new CommandException(
                ErrorKind.Configuration, $"Port {self.OnionRouterAddress.Port} cannot be opened: {failure.Message}. Choose another one with --or-port.", failure);
        }

        await using MetricsEndpoint? metrics = arguments.GetValue(_metricsPort) is > 0 and var metricsPort ? new MetricsEndpoint(metricsPort) : null;
        log.Notice($"The network '{name}' is up. Others join with: tunic client --join {file}");
        client.Start();
        await client.RunUntilAsync(signals.Stopping);
        return ExitCode.Success;
    }

    /// <summary>Makes the keys the first time, and says who this authority is.</summary>
    private async Task<DirectoryAuthority> LoadOrMakeAsync(ParseResult arguments, FileStateStore store, CancellationToken cancel)
    {
        string text = arguments.GetValue(_address)!;
        Require(
            IPAddress.TryParse(text, out IPAddress? address) && address.AddressFamily == AddressFamily.InterNetwork,
            $"--address {text}: an IPv4 address in numbers is needed.");
        var directoryAddress = new IPEndPoint(address!, arguments.GetValue(_dirPort));
        using AuthorityKeys keys = await AuthorityKeyFiles.LoadAsync(store, cancel)
            ?? await AuthorityKeyFiles.CreateAsync(store, directoryAddress, CertificateMonths, passphrase: null, cancel);
        using RelayKeys relay = await RelayKeys.LoadAsync(store, new RelayKeyOptions(), SystemRandomSource.Instance, DateTime.UtcNow, cancel);
        return new DirectoryAuthority(
            "authority1", keys.Certificate.Identity, relay.RsaIdentity, new IPEndPoint(address!, arguments.GetValue(_orPort)), directoryAddress);
    }

    /// <summary>Writes the network file; with the next serial when something has changed.</summary>
    private static async Task<string> PublishFileAsync(
        string name, DirectoryAuthority self, bool isPrivate, FileStateStore store, string directory, CancellationToken cancel)
    {
        string fileName = $"{name}.tunic-network";
        using Ed25519PrivateKey key = await KeysCommand.LoadOrMakeNetworkKeyAsync(store, cancel);
        long serial = 1;
        if (await store.ReadAsync(fileName, cancel) is { } kept)
        {
            if (!NetworkFileCodec.TryDecode(kept, out NetworkFile? before, out string fault))
            {
                throw new CorruptStateException(store.Describe(fileName), fault, CorruptStateException.Restore); // the serial must not begin anew
            }

            bool isSame = before.Key == key.PublicKey && before.Authorities.SequenceEqual([self]) && before.IsPrivate == isPrivate;
            serial = isSame ? before.Serial : before.Serial + 1;
        }

        var file = new NetworkFile { Name = name, Serial = serial, Key = key.PublicKey, IsPrivate = isPrivate, Authorities = [self] };
        await store.WriteAsync(fileName, NetworkFileCodec.Encode(file, key), cancel);
        return $"{Path.Combine(directory, fileName)}#{NetworkFileCodec.Fingerprint(key.PublicKey)}";
    }

    private RelaySettings CreateSettings(ParseResult arguments, NetworkProfile profile, DirectoryAuthority self)
    {
        int seconds = arguments.GetValue(_interval);
        Require(seconds is >= 10 and <= 3600 && 86_400 % seconds == 0, $"--voting-interval {seconds}: 10 to 3600 seconds that divide a day are possible.");
        var intervals = new VotingIntervals(TimeSpan.FromSeconds(seconds), Delay, Delay);
        IPAddress listen = IPAddress.IsLoopback(self.OnionRouterAddress.Address) ? IPAddress.Loopback : IPAddress.Any;
        return new RelaySettings
        {
            IsTestNetwork = profile.IsPrivate,
            AssumesReachable = (true, true), // clients have its address from the network file, not from its descriptor
            Relay = new RelayOptions
            {
                OrPorts = [new IPEndPoint(listen, self.OnionRouterAddress.Port)],
                Circuits = new RelayCircuitOptions { ExtendToPrivateAddresses = profile.IsPrivate },
            },
            DirectoryPorts = [new IPEndPoint(listen, self.DirectoryAddress.Port)],
            Descriptor = new RelayDescriptorOptions
            {
                Nickname = self.Nickname,
                Contact = arguments.GetValue(_contact),
                Address = self.OnionRouterAddress.Address,
                OnionRouterPort = (ushort)self.OnionRouterAddress.Port,
                DirectoryPort = (ushort)self.DirectoryAddress.Port,
            },
            Authority = new AuthoritySettings
            {
                Network = new AuthorityNetwork
                {
                    Authorities = new HashSet<RsaIdentity> { self.V3Identity },
                    AuthorityRelays = new HashSet<RsaIdentity> { self.RelayIdentity },
                    Initial = intervals,
                    ExpectedRelays = new HashSet<RsaIdentity> { self.RelayIdentity }, // begins as soon as its own relay is there
                },
                Profile = new AuthorityProfile
                {
                    Nickname = self.Nickname,
                    HostName = self.OnionRouterAddress.Address.ToString(),
                    Address = self.OnionRouterAddress.Address,
                    DirectoryPort = (ushort)self.DirectoryAddress.Port,
                    OnionRouterPort = (ushort)self.OnionRouterAddress.Port,
                    Contact = arguments.GetValue(_contact)!,
                    Intervals = intervals,
                    IntervalsValid = IntervalsValid,

                    // A young network has no relay that has been known for the days that stock asks of a guard.
                    Flags = FlagOptions.TestingNetwork with
                    {
                        TestingVoteGuard = RelayPattern.All,
                        TestingVoteHSDir = RelayPattern.All,
                        AllowPrivateAddresses = profile.IsPrivate,
                    },
                },
                Acceptance = new AcceptanceOptions { AllowPrivateAddresses = profile.IsPrivate },
            },
        };
    }

    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new CommandException(ErrorKind.Configuration, otherwise);
        }
    }
}
