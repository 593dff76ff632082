using Tunic.Tests.Interop.Support;

namespace Tunic.Tests.Interop.Programs;

/// <summary>tunic.json and the environment, as the whole program reads them.</summary>
public sealed class SettingsTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly TestDirectory _directory = new("tunic-settings");

    [Fact]
    public async Task A_setting_that_does_not_exist_ends_the_program_with_its_file_and_line()
    {
        string file = Path.Combine(_directory.FullPath, "tunic.json");
        await File.WriteAllTextAsync(file, "{\n  \"client\": { \"sockPort\": 9260 }\n}\n");

        Assert.Equal((1, $"tunic: {file}, line 2: there is no setting 'client.sockPort'. Settings are named like the options that --help shows."), await RunAsync());
    }

    [Fact]
    public async Task A_value_that_the_command_refuses_is_told_with_its_variable()
    {
        string expected = "tunic: the environment variable TUNIC__CLIENT__HOPS: --hops 9: a circuit has 2 to 8 hops.";

        Assert.Equal((1, expected), await RunAsync(new Dictionary<string, string> { ["TUNIC__CLIENT__HOPS"] = "9", ["TUNIC__NETWORK"] = "tor" }));
    }

    public void Dispose() => _directory.Dispose();

    private async Task<(int Code, string Sentence)> RunAsync(IReadOnlyDictionary<string, string>? environment = null)
    {
        await using PeerProcess client = PeerProcess.Start(
            TunicProgram.ExecutablePath, ["client", "--data", _directory.FullPath], environment: environment, name: "tunic");
        int code = await client.WaitForExitAsync(Limit);
        return (code, string.Join('\n', client.Lines));
    }
}
