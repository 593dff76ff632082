using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text;
using Tunic.Node.Logging;
using Tunic.Node.Processes;
using Tunic.Node.Storage;
using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Errors;
using Tunic.Primitives.Keys;
using Tunic.Primitives.Time;
using Tunic.Tor.Network.NetworkDirectory.Profiles;
using Tunic.Tor.Protocol.Voting.Keys;

namespace Tunic.Node.Commands;

/// <summary>`tunic keys`: makes the keys that are made once: an authority's (in place of tor-gencert) and a network's.</summary>
internal static class KeysCommand
{
    private const string NetworkKeyName = "network-key";

    internal static Command Create()
    {
        var command = new Command("keys", "Make keys.");
        command.Subcommands.Add(CreateAuthority());
        command.Subcommands.Add(CreateNetwork());
        command.Subcommands.Add(CreateFamily());
        return command;
    }

    private static Command CreateAuthority()
    {
        var directory = new Argument<string>("directory") { Description = "The authority's data directory; the files go into keys/ below it." };
        var address = new Option<string?>("--dir-address") { Description = "Address and port of its directory, for the certificate: 192.0.2.1:80." };
        var months = new Option<int>("--months") { Description = "How long the signing key is certified, 1 to 24.", DefaultValueFactory = _ => 12 };
        var passphrase = new Option<string?>("--passphrase-file") { Description = "Encrypt the identity key, which is needed once a year only, with the first line of this file; '-' is standard input." };
        Option<bool> json = CreateJsonOption();
        var command = new Command("authority", "Make the keys of a directory authority; stock tor can use them too. Existing keys are never replaced.");
        command.Arguments.Add(directory);
        command.Options.Add(address);
        command.Options.Add(months);
        command.Options.Add(passphrase);
        command.Options.Add(json);
        command.SetAction(async (arguments, cancel) =>
        {
            int count = arguments.GetValue(months);
            if (count is < 1 or > 24)
            {
                throw new CommandException(ErrorKind.Configuration, $"--months {count}: 1 to 24 are possible.");
            }

            IPEndPoint? endPoint = arguments.GetValue(address) is not { } text ? null
                : IPEndPoint.TryParse(text, out IPEndPoint? parsed) && parsed.Port != 0 ? parsed
                : throw new CommandException(ErrorKind.Configuration, $"--dir-address {text}: an IPv4 address and a port are needed.");
            var store = new FileStateStore(arguments.GetValue(directory)!);
            if (await store.ReadAsync($"keys/{AuthorityKeys.IdentityName}", cancel) is not null
                || await store.ReadAsync($"keys/{AuthorityKeys.SigningName}", cancel) is not null)
            {
                throw new CommandException(ErrorKind.LocalState, $"{arguments.GetValue(directory)}/keys holds keys of an authority already; they are not replaced.");
            }

            string? secret = await ReadPassphraseAsync(arguments.GetValue(passphrase), cancel);
            using AuthorityKeys keys = await AuthorityKeyFiles.CreateAsync(store, endPoint, count, secret, cancel);
            Print(arguments.GetValue(json), "v3ident", keys.Certificate.Identity.ToString(), facts =>
            {
                facts.WriteString("directory", Path.GetFullPath(arguments.GetValue(directory)!));
                facts.WriteString("signing_key_expires", keys.Certificate.Expires.ToString("O", CultureInfo.InvariantCulture));
            });
            return ExitCode.Success;
        });
        return command;
    }

    private static Command CreateNetwork()
    {
        var directory = new Argument<string>("directory") { Description = "Where the secret key is kept." };
        Option<bool> json = CreateJsonOption();
        var command = new Command("network", "Make the key that signs a network's file, and show its fingerprint.");
        command.Arguments.Add(directory);
        command.Options.Add(json);
        command.SetAction(async (arguments, cancel) =>
        {
            using Ed25519PrivateKey key = await LoadOrMakeNetworkKeyAsync(new FileStateStore(arguments.GetValue(directory)!), cancel);
            Print(arguments.GetValue(json), "fingerprint", NetworkFileCodec.Fingerprint(key.PublicKey), facts =>
                facts.WriteString("directory", Path.GetFullPath(arguments.GetValue(directory)!)));
            return ExitCode.Success;
        });
        return command;
    }

    private static Command CreateFamily()
    {
        var path = new Argument<string>("path") { Description = "Where the files go, without what their names end with: ./myfamily" };
        Option<bool> json = CreateJsonOption();
        var command = new Command("family", "Make the key of a family of relays; the file belongs into the FamilyKeyDirectory of each, stock tor's too.");
        command.Arguments.Add(path);
        command.Options.Add(json);
        command.SetAction(async (arguments, cancel) =>
        {
            (string file, Ed25519Identity family) = await FamilyKeyFile.CreateAsync(arguments.GetValue(path)!, cancel);
            Print(arguments.GetValue(json), "FamilyId", family.ToBase64(), facts => facts.WriteString("file", Path.GetFullPath(file)));
            return ExitCode.Success;
        });
        return command;
    }

    private static Option<bool> CreateJsonOption() => new("--json") { Description = "Print the facts as JSON." };

    /// <summary>One fact for a person, or all of them for a program.</summary>
    private static void Print(bool asJson, string name, string value, Action<Utf8JsonWriter> writeOthers)
    {
        if (!asJson)
        {
            StandardStreams.WriteLine($"{name} {value}");
            return;
        }

        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString(name, value);
            writeOthers(json);
            json.WriteEndObject();
        }

        StandardStreams.WriteLine(Encoding.UTF8.GetString(buffer.ToArray()));
    }

    private static async Task<string?> ReadPassphraseAsync(string? path, CancellationToken cancel)
    {
        if (path is null)
        {
            return null;
        }

        try
        {
            using TextReader reader = path == "-" ? Console.In : new StreamReader(path);
            return await reader.ReadLineAsync(cancel) is { Length: > 0 } line
                ? line
                : throw new CommandException(ErrorKind.Configuration, $"--passphrase-file {path}: its first line is empty.");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ErrorKind.LocalState, $"--passphrase-file {path} cannot be read: {failure.Message}", failure);
        }
    }

    /// <summary>The network's key in this directory; made when there is none.</summary>
    /// <exception cref="CommandException">The file is not a key.</exception>
    internal static async Task<Ed25519PrivateKey> LoadOrMakeNetworkKeyAsync(FileStateStore store, CancellationToken cancel)
    {
        if (await store.ReadAsync(NetworkKeyName, cancel) is { } kept)
        {
            string text = Encoding.ASCII.GetString(kept).Trim();
            return text.Length == 2 * Ed25519.SeedLength && text.All(char.IsAsciiHexDigit)
                ? Ed25519PrivateKey.FromSeed(Convert.FromHexString(text))
                : throw new CommandException(ErrorKind.LocalState, $"{store.Describe(NetworkKeyName)} is no network key. Restore it from a backup; nothing was overwritten.");
        }

        Ed25519PrivateKey key = Ed25519PrivateKey.Generate(SystemRandomSource.Instance);
        await store.WriteAsync(NetworkKeyName, Encoding.ASCII.GetBytes(Convert.ToHexStringLower(key.ExportSeed()!) + "\n"), cancel);
        return key;
    }
}
