using System.Security.Cryptography;
using System.Text.Json;
using Tunic.Tests.Interop.Support;

namespace Tunic.Tests.Interop.Programs;

/// <summary>`tunic keys`, for a person and for a program.</summary>
public sealed class KeysCommandTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly TestDirectory _directory = new("tunic-keys");

    [Fact]
    public async Task The_facts_about_a_networks_key_are_the_same_as_text_and_as_json()
    {
        string text = await RunAsync("network", _directory.FullPath);
        JsonElement facts = JsonSerializer.Deserialize<JsonElement>(await RunAsync("network", _directory.FullPath, "--json"));

        Assert.Equal(text.Trim(), $"fingerprint {facts.GetProperty("fingerprint").GetString()}");
        Assert.Equal(_directory.FullPath, facts.GetProperty("directory").GetString());
    }

    [Fact]
    public async Task An_authoritys_keys_are_told_as_json()
    {
        JsonElement facts = JsonSerializer.Deserialize<JsonElement>(await RunAsync("authority", _directory.FullPath, "--json", "--months", "2"));

        Assert.Equal(40, facts.GetProperty("v3ident").GetString()!.Length);
        Assert.InRange(facts.GetProperty("signing_key_expires").GetDateTime(), DateTime.UtcNow.AddDays(50), DateTime.UtcNow.AddDays(70));
    }

    /// <summary>A relay of stock's would read the file as its own.</summary>
    [Fact]
    public async Task A_familys_key_is_made_once_as_by_stock()
    {
        string ours = Path.Combine(_directory.FullPath, "ours");
        string stocks = Path.Combine(_directory.FullPath, "stocks");

        string line = (await RunAsync("family", ours)).Trim();
        string[] words = (await PeerProcess.RunAsync("tor", ["--keygen-family", stocks, "--hush"], Limit)).Trim().Split('\n');

        Assert.Equal(words[^1].Split(' ')[1].Length, line.Split(' ')[1].Length);
        Assert.Equal(line.Split(' ')[1], (await File.ReadAllTextAsync($"{ours}.public_family_id")).Trim());
        byte[] key = await File.ReadAllBytesAsync($"{ours}.secret_family_key");
        byte[] stock = await File.ReadAllBytesAsync($"{stocks}.secret_family_key");
        Assert.Equal(stock.Length, key.Length);
        Assert.Equal(stock[..32], key[..32]); // says what the file is
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode($"{ours}.secret_family_key"));
        await using PeerProcess again = TunicProgram.Start("tor", "--keygen-family", ours);
        Assert.Equal(1, await again.WaitForExitAsync(Limit));
        Assert.Equal(key, await File.ReadAllBytesAsync($"{ours}.secret_family_key"));
    }

    [Fact]
    public async Task An_authoritys_identity_key_is_encrypted_with_a_passphrase()
    {
        string passphrase = Path.Combine(_directory.FullPath, "passphrase");
        await File.WriteAllTextAsync(passphrase, "correct horse\n");

        await RunAsync("authority", _directory.FullPath, "--passphrase-file", passphrase);

        string key = await File.ReadAllTextAsync(Path.Combine(_directory.FullPath, "keys", "authority_identity_key"));
        using var rsa = RSA.Create();
        Assert.Throws<CryptographicException>(() => rsa.ImportFromEncryptedPem(key, "wrong horse"));
        rsa.ImportFromEncryptedPem(key, "correct horse");
        Assert.Equal(3072, rsa.KeySize);
    }

    public void Dispose() => _directory.Dispose();

    private static Task<string> RunAsync(params string[] arguments) =>
        PeerProcess.RunAsync(TunicProgram.ExecutablePath, ["keys", .. arguments], Limit);
}
