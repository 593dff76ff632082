using System.Globalization;
using Tunic.Tests.Interop.Support;

namespace Tunic.Tests.Interop.Programs;

/// <summary>State, keys or cache that cannot be used: one sentence with the file's name, exit code 1, and the file as it was.</summary>
public sealed class BadFilesTests : IDisposable
{
    private const string Garbage = "this was a file once\n";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly TestDirectory _directory = new("tunic-bad-files");

    [Fact]
    public async Task Authority_relay_and_client_of_a_founded_network_say_which_file_it_is()
    {
        int[] ports = LoopbackPorts.Take(4);
        string[] authority =
        [
            "authority", "--data", _directory.Make("authority"), "--name", "club", "--address", "127.0.0.1",
            "--or-port", Text(ports[0]), "--dir-port", Text(ports[1]),
        ];
        string file = (await RunOnceAsync(authority, "Others join with")).Split(' ')[^1];
        string[] relay = ["relay", "--data", _directory.Make("relay"), "--join", file, "--address", "127.0.0.1", "--or-port", Text(ports[2])];
        await RunOnceAsync(relay, "listens on");
        string[] client = ["client", "--data", _directory.Make("client"), "--join", file, "--socks-port", Text(ports[3]), "--http-port", "0"];
        await RunOnceAsync(client, "Opened Socks listener");

        foreach (string name in new[]
        {
            "keys/authority_signing_key", "keys/authority_certificate", "keys/secret_id_key", "keys/ed25519_signing_cert", "state",
            "sr-state", "router-stability", "cached-certs", "cached-consensus", "cached-descriptors", "club.tunic-network",
        })
        {
            await RefusesAsync(authority, Path.Combine(_directory.FullPath, "authority", "networks", "club", "authority", name));
        }

        foreach (string name in new[]
        {
            "keys/secret_id_key", "keys/secret_onion_key_ntor", "state", "cached-certs", "cached-consensus", "cached-microdesc-consensus",
            "cached-microdescs", "cached-descriptors", "cached-extrainfo",
        })
        {
            await RefusesAsync(relay, Path.Combine(_directory.FullPath, "relay", "networks", "club", "relay", name));
        }

        foreach (string name in new[] { "state", "cached-certs", "cached-microdesc-consensus", "cached-microdescs" })
        {
            await RefusesAsync(client, Path.Combine(_directory.FullPath, "client", "networks", "club", "client", name));
        }
    }

    [Theory]
    [InlineData("state")]
    [InlineData("cached-microdesc-consensus")]
    [InlineData("cached-certs")]
    [InlineData("cached-microdescs")]
    public async Task A_client_with_a_torrc_says_which_file_it_is(string name)
    {
        string[] arguments = ["tor", .. TunicProgram.WriteTorrc(_directory.FullPath, "SocksPort 0", "DisableNetwork 1")];
        string path = Path.Combine(Directory.CreateDirectory(Path.Combine(_directory.FullPath, "data")).FullName, name);

        await RefusesAsync(arguments, path);
    }

    [Fact]
    public async Task A_relay_with_a_torrc_says_which_key_it_is()
    {
        string authority = $"DirAuthority a orport=1 no-v2 v3ident={new string('A', 40)} 127.0.0.1:1 {new string('B', 40)}";
        string[] arguments = ["tor", .. TunicProgram.WriteTorrc(
            _directory.FullPath, "SocksPort 0", "TestingTorNetwork 1", authority, $"ORPort 127.0.0.1:{Text(LoopbackPorts.Take())}", "Address 127.0.0.1")];

        await RefusesAsync(arguments, Path.Combine(_directory.FullPath, "data", "keys", "secret_id_key"));
        await RefusesAsync(arguments, Path.Combine(_directory.FullPath, "data", "cached-consensus"));
    }

    /// <summary>The user of the tests may be root, who can read everything but a directory.</summary>
    [Fact]
    public async Task What_cannot_be_read_is_named_too()
    {
        string[] arguments = ["tor", .. TunicProgram.WriteTorrc(_directory.FullPath, "SocksPort 0", "DisableNetwork 1")];
        string path = Directory.CreateDirectory(Path.Combine(_directory.FullPath, "data", "cached-certs")).FullName;

        (int code, string[] errors) = await RunAsync(arguments);

        Assert.Equal(1, code);
        Assert.Contains(path, Assert.Single(errors), StringComparison.Ordinal);
    }

    public void Dispose() => _directory.Dispose();

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static async Task<string> RunOnceAsync(string[] arguments, string sign)
    {
        await using PeerProcess tunic = TunicProgram.Start(arguments);
        string line = await tunic.WaitForLineAsync(sign, Limit);
        await tunic.StopAsync();
        return line;
    }

    private static async Task RefusesAsync(string[] arguments, string path)
    {
        byte[]? good = File.Exists(path) ? await File.ReadAllBytesAsync(path) : null;
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await File.WriteAllTextAsync(path, Garbage);

        (int code, string[] errors) = await RunAsync(arguments);

        string said = string.Join('\n', errors);
        Assert.True(code == 1, $"{path}: exit code {code}\n{said}");
        Assert.True(errors.Length == 1, $"{path}: {said}");
        string named = path.Contains("authority_", StringComparison.Ordinal) ? Path.GetDirectoryName(path)! : path; // three files together
        Assert.True(errors[0].Contains(named, StringComparison.Ordinal), $"{path}: {said}");
        Assert.True(errors[0].Contains("nothing was overwritten", StringComparison.Ordinal) || errors[0].Contains("Restore it", StringComparison.Ordinal), said);
        Assert.Equal(Garbage, await File.ReadAllTextAsync(path));
        if (good is null)
        {
            File.Delete(path);
        }
        else
        {
            await File.WriteAllBytesAsync(path, good);
        }
    }

    /// <summary>The exit code, and what was said on the way out.</summary>
    private static async Task<(int Code, string[] Errors)> RunAsync(string[] arguments)
    {
        await using PeerProcess tunic = TunicProgram.Start(arguments);
        int code = await tunic.WaitForExitAsync(Limit);
        return (code, [.. tunic.Lines.Where(line => line.StartsWith("tunic: ", StringComparison.Ordinal) || line.Contains("[err]", StringComparison.Ordinal))]);
    }
}
