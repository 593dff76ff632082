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

    public void Dispose() => _directory.Dispose();

    private static Task<string> RunAsync(params string[] arguments) =>
        PeerProcess.RunAsync(TunicProgram.ExecutablePath, ["keys", .. arguments], Limit);
}
