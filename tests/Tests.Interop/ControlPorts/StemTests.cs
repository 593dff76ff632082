using System.Globalization;
using System.Text.Json;
using Tunic.Tests.Interop.Support;

namespace Tunic.Tests.Interop.ControlPorts;

/// <summary>python3-stem drives our control port and stock's by one script: what comes back has the same shape.</summary>
public sealed class StemTests(ControlledClient ours) : IClassFixture<ControlledClient>
{
    private const string SystemPython = "/usr/bin/python3"; // the one that Debian's packages are for
    private const string SameFileElsewhere = "the torrc of the one client is not that of the other";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(150);

    /// <summary>Steps whose answers differ, and why.</summary>
    private static readonly Dictionary<string, string> Differences = new()
    {
        ["PROTOCOLINFO 1"] = "the version names this program",
        ["GETINFO entry-guards"] = "each client has its own guards, in its own number",
        ["GETINFO status/version/current"] = "stock's authorities recommend no versions, which both say in their way",
        ["GETINFO ip-to-country/192.0.2.1"] = "there is no database of countries here",
        ["GETINFO net/listeners/control"] = SameFileElsewhere,
        ["GETCONF socksport"] = SameFileElsewhere,
        ["GETCONF ControlSocket"] = SameFileElsewhere,
        ["GETCONF ContactInfo"] = SameFileElsewhere,
    };

    [Fact]
    public async Task Stem_gets_the_same_shapes_from_us_as_from_stock()
    {
        await CompareAsync("drive.py");
    }

    [Fact]
    public async Task Stem_adds_fetches_and_removes_onion_services_as_with_stock() =>
        await CompareAsync("onions.py", ours.Server.Port.ToString(CultureInfo.InvariantCulture));

    private async Task CompareAsync(string script, params string[] arguments)
    {
        Dictionary<string, string> theirs = await DriveAsync(script, await ours.StartStockAsync(), arguments);
        Dictionary<string, string> answers = await DriveAsync(script, ours.ControlPort, arguments);

        string[] different = [.. theirs
            .Where(step => !Differences.ContainsKey(step.Key) && answers.GetValueOrDefault(step.Key) != step.Value)
            .Select(step => $"{step.Key}\n  stock {step.Value}\n  ours  {answers.GetValueOrDefault(step.Key)}")];
        Assert.True(different.Length == 0, string.Join('\n', different));
    }

    private static async Task<Dictionary<string, string>> DriveAsync(string name, int port, string[] arguments)
    {
        string script = Path.Combine(AppContext.BaseDirectory, "ControlPorts", name);
        string output = await PeerProcess.RunAsync(SystemPython, [script, port.ToString(CultureInfo.InvariantCulture), .. arguments], Limit);
        using JsonDocument shapes = JsonDocument.Parse(output.Trim().Split('\n')[^1]);
        return shapes.RootElement.EnumerateObject().ToDictionary(step => step.Name, step => step.Value.GetRawText());
    }
}
