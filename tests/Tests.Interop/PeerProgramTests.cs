using System.Diagnostics;

namespace Tunic.Tests.Interop;

public sealed class PeerProgramTests
{
    [Fact]
    public void The_stock_tor_that_the_other_tests_need_is_version_0_4_9()
    {
        using Process tor = Process.Start(new ProcessStartInfo("tor", "--version") { RedirectStandardOutput = true })!;
        Assert.StartsWith("Tor version 0.4.9.", tor.StandardOutput.ReadToEnd(), StringComparison.Ordinal);
        tor.WaitForExit();
    }
}
