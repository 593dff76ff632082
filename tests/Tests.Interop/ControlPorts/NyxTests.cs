using System.Globalization;

namespace Tunic.Tests.Interop.ControlPorts;

/// <summary>nyx, the status monitor of the Tor project, on our control port.</summary>
public sealed class NyxTests(ControlledClient ours) : IClassFixture<ControlledClient>
{
    [Fact]
    public async Task Nyx_shows_all_of_its_pages()
    {
        await using Terminal terminal = await Terminal.StartAsync(string.Create(CultureInfo.InvariantCulture, $"nyx -i 127.0.0.1:{ours.ControlPort}"));
        string graph = await terminal.WaitForAsync("page 1 / 5");
        Assert.Contains("Tor 0.4.9.11", graph, StringComparison.Ordinal);
        await terminal.WaitForAsync("Bandwidth (limit:");

        await terminal.PressAsync("Right");
        await terminal.WaitForAsync("page 2 / 5");
        await terminal.WaitForAsync("(OUTBOUND)");
        await terminal.PressAsync("Right");
        await terminal.WaitForAsync("page 3 / 5");
        await terminal.WaitForAsync("BandwidthBurst (General Option)");
        await terminal.PressAsync("Right");
        await terminal.WaitForAsync("page 4 / 5");
        await terminal.WaitForAsync(string.Create(CultureInfo.InvariantCulture, $"ControlPort {ours.ControlPort}"));
        await terminal.PressAsync("Right");
        await terminal.WaitForAsync("Control Interpreter:");
        await terminal.PressAsync("Enter");
        await terminal.PressAsync("GETINFO version", "Enter");
        await terminal.WaitForAsync("(Tunic-");
    }
}
