using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Tunic.Tests.Interop.Support;

/// <summary>A real program started by a test: its output as lines to wait for, and an end that always comes, by its own id.</summary>
public sealed class PeerProcess : IAsyncDisposable
{
    private const int Terminate = 15;
    private const int LinesKept = 20_000;

    private readonly Process _process;
    private readonly List<string> _lines = [];
    private TaskCompletionSource _changed = NewSignal();

    private PeerProcess(Process process, string name)
    {
        _process = process;
        Name = name;
    }

    public string Name { get; }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public int ExitCode => _process.ExitCode;

    /// <summary>Processor time used so far, user and system; for comparisons.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Resident memory in bytes.</summary>
    public long ResidentBytes
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    /// <summary>What it has written to both outputs so far, oldest line first.</summary>
    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_lines)
            {
                return [.. _lines];
            }
        }
    }

    public static PeerProcess Start(
        string program,
        IEnumerable<string> arguments,
        string? workingDirectory = null,
        IReadOnlyDictionary<string, string>? environment = null,
        string? name = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            WorkingDirectory = workingDirectory ?? "",
        };
        foreach ((string key, string value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[key] = value;
        }

        var peer = new PeerProcess(new Process { StartInfo = start }, name ?? Path.GetFileName(program));
        peer._process.OutputDataReceived += (_, line) => peer.Keep(line.Data);
        peer._process.ErrorDataReceived += (_, line) => peer.Keep(line.Data);
        peer._process.EnableRaisingEvents = true;
        peer._process.Exited += (_, _) => peer.Signal();
        peer._process.Start();
        peer._process.StandardInput.Close();
        peer._process.BeginOutputReadLine();
        peer._process.BeginErrorReadLine();
        return peer;
    }

    /// <summary>Runs a program to its end and returns what it wrote to standard output.</summary>
    /// <exception cref="InvalidOperationException">It ended with another exit code than 0.</exception>
    public static async Task<string> RunAsync(string program, IEnumerable<string> arguments, TimeSpan limit, string input = "")
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        using Process process = Process.Start(start)!;
        using var timer = new CancellationTokenSource(limit);
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(timer.Token);
            Task<string> errors = process.StandardError.ReadToEndAsync(timer.Token);
            await process.StandardInput.WriteAsync(input);
            process.StandardInput.Close();
            await process.WaitForExitAsync(timer.Token);
            return process.ExitCode == 0
                ? await output
                : throw new InvalidOperationException($"{program} ended with {process.ExitCode}: {await errors}{await output}");
        }
        catch (OperationCanceledException) when (timer.IsCancellationRequested)
        {
            process.Kill();
            throw new TimeoutException($"{program} did not end within {limit.TotalSeconds:0.#} s");
        }
    }

    /// <summary>Waits for a line that contains <paramref name="fragment"/>, also one that came before the call.</summary>
    /// <param name="after">Number of lines to skip, for an event that happens more than once.</param>
    /// <exception cref="TimeoutException">It did not come in time; the message shows the last lines.</exception>
    /// <exception cref="InvalidOperationException">The program ended without writing it.</exception>
    public async Task<string> WaitForLineAsync(string fragment, TimeSpan limit, int after = 0)
    {
        var clock = Stopwatch.StartNew();
        int next = after;
        while (true)
        {
            Task changed = Volatile.Read(ref _changed).Task;
            bool ended = _process.HasExited;
            lock (_lines)
            {
                for (; next < _lines.Count; next++)
                {
                    if (_lines[next].Contains(fragment, StringComparison.Ordinal))
                    {
                        return _lines[next];
                    }
                }
            }

            if (ended)
            {
                throw new InvalidOperationException($"{Name} ended with {_process.ExitCode} before it wrote '{fragment}':\n{LastLines()}");
            }

            TimeSpan left = limit - clock.Elapsed;
            if (left <= TimeSpan.Zero || await Task.WhenAny(changed, Task.Delay(left)) != changed)
            {
                throw new TimeoutException($"{Name} did not write '{fragment}' within {limit.TotalSeconds:0.#} s:\n{LastLines()}");
            }
        }
    }

    public async Task<int> WaitForExitAsync(TimeSpan limit)
    {
        using var timer = new CancellationTokenSource(limit);
        try
        {
            await _process.WaitForExitAsync(timer.Token);
            return _process.ExitCode;
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"{Name} did not end within {limit.TotalSeconds:0.#} s:\n{LastLines()}");
        }
    }

    /// <summary>Sends a signal (15 = terminate, 1 = hang up, 19 and 18 = stop and continue).</summary>
    public void SendSignal(int signal)
    {
        if (!_process.HasExited && kill(_process.Id, signal) != 0 && !_process.HasExited)
        {
            throw new InvalidOperationException($"cannot send signal {signal} to {Name}");
        }
    }

    /// <summary>Asks it to end, and insists after five seconds.</summary>
    public async Task StopAsync()
    {
        SendSignal(Terminate);
        try
        {
            await WaitForExitAsync(TimeSpan.FromSeconds(5));
        }
        catch (TimeoutException)
        {
            await KillAsync();
        }
    }

    /// <summary>Ends it without warning, as a crash does.</summary>
    public async Task KillAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        await WaitForExitAsync(TimeSpan.FromSeconds(10));
    }

    /// <summary>Nothing of it is left, neither what it started itself.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        await KillAsync();
        _process.Dispose();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private string LastLines() => string.Join('\n', Lines.TakeLast(20));

    private void Keep(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (_lines)
        {
            if (_lines.Count < LinesKept)
            {
                _lines.Add(line);
            }
        }

        Signal();
    }

    private void Signal() => Interlocked.Exchange(ref _changed, NewSignal()).TrySetResult();

    [DllImport("libc", SetLastError = true)]
    private static extern int kill(int process, int signal);
}
