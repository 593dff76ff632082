using System.Globalization;
using Tunic.Tests.Interop.Support;

namespace Tunic.Tests.Interop.ControlPorts;

/// <summary>A terminal in which one program runs, as tmux draws it. Its server is its own, and ends with it.</summary>
public sealed class Terminal : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly TestDirectory _directory = new("terminal");

    private Terminal()
    {
    }

    private string ErrorPath => Path.Combine(_directory.FullPath, "errors");

    /// <summary>Starts a shell command in an empty home.</summary>
    public static async Task<Terminal> StartAsync(string command)
    {
        var terminal = new Terminal();
        await terminal.RunAsync("-f", "/dev/null", "new-session", "-d", "-x", "140", "-y", "45", string.Create(
            CultureInfo.InvariantCulture, $"HOME='{terminal._directory.FullPath}' {command} 2> '{terminal.ErrorPath}'"));
        return terminal;
    }

    /// <summary>Presses keys, as tmux names them.</summary>
    public Task PressAsync(params string[] keys) => RunAsync(["send-keys", .. keys]);

    /// <summary>Waits until the screen shows a text; what it shows then.</summary>
    /// <exception cref="TimeoutException">It does not; the message holds what it shows and what the program complained of.</exception>
    public async Task<string> WaitForAsync(string text)
    {
        string screen = "";
        try
        {
            await Deadline.UntilAsync(text, Limit, async () => (screen = await RunAsync("capture-pane", "-p")).Contains(text, StringComparison.Ordinal));
            return screen;
        }
        catch (Exception failure) when (failure is TimeoutException or InvalidOperationException)
        {
            throw new TimeoutException($"not on the screen: {text}\n{screen}\n{File.ReadAllText(ErrorPath)}", failure);
        }
    }

    /// <summary>Ends the program, if it has not ended.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await RunAsync("kill-server");
        }
        catch (InvalidOperationException)
        {
            // it has ended with its program
        }

        _directory.Dispose();
    }

    private Task<string> RunAsync(params IEnumerable<string> arguments) =>
        PeerProcess.RunAsync("tmux", ["-S", Path.Combine(_directory.FullPath, "socket"), .. arguments], Limit);
}
