using System.Diagnostics;
using Tunic.Node.Processes;
using Tunic.Primitives.Errors;

namespace Tunic.Node.Demonstration;

/// <summary>One process of the private network: this program again, started as `tunic tor`. Dispose asks it to end and waits.</summary>
internal sealed class NodeProcess : IAsyncDisposable
{
    private const int LinesKept = 20;
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(5);

    private readonly Process _process;
    private readonly Queue<string> _lines = [];
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _stopping;

    private NodeProcess(PlannedNode node, Process process)
    {
        Node = node;
        _process = process;
    }

    /// <summary>Raised when it ends without having been asked to.</summary>
    internal event Action<NodeProcess>? Ended;

    internal PlannedNode Node { get; }

    internal int Id => _process.Id;

    /// <summary>Its ports are open.</summary>
    internal Task Ready => _ready.Task;

    internal bool HasExited => _process.HasExited;

    internal static NodeProcess Start(PlannedNode node, string program, string[] arguments, IReadOnlyDictionary<string, string> variables)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach ((string name, string value) in variables)
        {
            start.Environment[name] = value;
        }

        var child = new NodeProcess(node, new Process { StartInfo = start, EnableRaisingEvents = true });
        child._process.OutputDataReceived += (_, line) => child.Take(line.Data);
        child._process.ErrorDataReceived += (_, line) => child.Take(line.Data);
        child._process.Exited += (_, _) => child.OnExited();
        child._process.Start();
        child._process.StandardInput.Close();
        child._process.BeginOutputReadLine();
        child._process.BeginErrorReadLine();
        return child;
    }

    /// <summary>Ends it as a crash would: it has no time to say goodbye to anybody.</summary>
    internal async Task KillAsync(CancellationToken cancel)
    {
        _stopping = true;
        _process.Kill();
        await _process.WaitForExitAsync(cancel);
    }

    public async ValueTask DisposeAsync()
    {
        _stopping = true;
        if (!_process.HasExited)
        {
            UnixSignals.Terminate(_process.Id);
        }

        using var timer = new CancellationTokenSource(EndLimit);
        try
        {
            await _process.WaitForExitAsync(timer.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    private void Take(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (_lines)
        {
            _lines.Enqueue(line);
            if (_lines.Count > LinesKept)
            {
                _lines.Dequeue();
            }
        }

        if (line.Contains("Opened OR listener", StringComparison.Ordinal))
        {
            _ready.TrySetResult();
        }
    }

    private void OnExited()
    {
        string last;
        lock (_lines)
        {
            last = string.Join("; ", _lines.Where(line => line.Contains("[err]", StringComparison.Ordinal) || line.Contains("[warn]", StringComparison.Ordinal)).TakeLast(2));
        }

        _ready.TrySetException(new CommandException(
            ErrorKind.LocalState, $"{Node.Name} ended before its ports were open: {last}. Its log is {Path.Combine(Node.Directory, "notices.log")}."));
        _ = _ready.Task.Exception; // told once is enough
        if (!_stopping)
        {
            Ended?.Invoke(this);
        }
    }
}
