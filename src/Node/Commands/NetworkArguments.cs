using System.CommandLine;
using Tunic.Node.Networks;
using Tunic.Node.Processes;
using Tunic.Node.Storage;
using Tunic.Primitives.Errors;
using Tunic.Primitives.Keys;
using Tunic.Tor.Network.NetworkDirectory.Profiles;
using Tunic.Tor.Network.NetworkDirectory;

namespace Tunic.Node.Commands;

/// <summary>The options that say which network and which data directory a command works with.</summary>
internal sealed class NetworkArguments
{
    private readonly Option<string> _data = new("--data")
    {
        Description = "Directory for everything that is kept.",
        DefaultValueFactory = _ => DataLocation.Default,
    };

    private readonly Option<string?> _network = new("--network") { Description = "A network joined before, a network file, or 'tor' for the public Tor network." };
    private readonly Option<string?> _join = new("--join") { Description = "Join the network of this file or URL; URL#FINGERPRINT verifies it." };
    private readonly Option<string?> _accept = new("--accept") { Description = "The fingerprint of the network to join, as its founder says it." };

    internal void AddTo(Command command)
    {
        command.Options.Add(_data);
        command.Options.Add(_network);
        command.Options.Add(_join);
        command.Options.Add(_accept);
    }

    /// <summary>Finds the network: the one to join, the one named, or the only one there is.</summary>
    /// <exception cref="CommandException">There is none, or more than one, or it cannot be joined.</exception>
    internal async Task<ChosenNetwork> ChooseAsync(ParseResult arguments, CancellationToken cancel)
    {
        string directory = Path.GetFullPath(arguments.GetValue(_data)!);
        var joined = new JoinedNetworks(new FileStateStore(directory));
        NetworkProfile profile = arguments.GetValue(_join) is { } source
            ? await JoinAsync(joined, source, arguments.GetValue(_accept), cancel)
            : await FindAsync(joined, arguments.GetValue(_network), cancel);
        return new ChosenNetwork(profile, Path.Combine(directory, "networks", profile.Name));
    }

    private static async Task<NetworkProfile> JoinAsync(JoinedNetworks joined, string text, string? accept, CancellationToken cancel)
    {
        Ed25519Identity? accepted = accept is null ? null
            : Ed25519Identity.TryParseHex(accept, out Ed25519Identity key) ? key
            : throw new CommandException(ErrorKind.Configuration, $"--accept {accept}: a fingerprint has {2 * Ed25519Identity.Length} hexadecimal digits.");
        NetworkSource source = NetworkSource.Parse(text);
        return (await joined.JoinAsync(source, await source.ReadAsync(cancel), accepted, cancel)).ToProfile();
    }

    private static async Task<NetworkProfile> FindAsync(JoinedNetworks joined, string? name, CancellationToken cancel)
    {
        if (name == PublicTorNetwork.Name)
        {
            return PublicTorNetwork.Profile;
        }

        if (name is not null)
        {
            return await joined.FindAsync(name, cancel) is { } file ? file.ToProfile()
                : File.Exists(name) ? await JoinAsync(joined, name, accept: null, cancel)
                : throw new CommandException(ErrorKind.Configuration, $"There is no network '{name}'. {await DescribeChoicesAsync(joined, cancel)}");
        }

        return await joined.ListAsync(cancel) is [var only]
            ? (await joined.FindAsync(only, cancel))!.ToProfile()
            : throw new CommandException(ErrorKind.Configuration, $"Say which network with --network. {await DescribeChoicesAsync(joined, cancel)}");
    }

    private static async Task<string> DescribeChoicesAsync(JoinedNetworks joined, CancellationToken cancel)
    {
        IReadOnlyList<string> names = await joined.ListAsync(cancel);
        return $"Known are: {string.Join(", ", names.Append($"{PublicTorNetwork.Name} (the public Tor network)"))}. Another one is joined with --join FILE or --join URL.";
    }
}
