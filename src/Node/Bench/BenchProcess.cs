using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace Tunic.Node.Bench;

/// <summary>One process under measurement. Started here, ended here.</summary>
internal sealed class BenchProcess : IAsyncDisposable
{
    private const int MaxLines = 20;

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _lines = new();

    internal BenchProcess(string program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        _process = Process.Start(start) ?? throw new IOException($"{program} could not be started");
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.BeginOutputReadLine(); // read all the time, so that the process never waits for a full pipe
        _process.BeginErrorReadLine();
    }

    /// <summary>Runs a program to its end.</summary>
    /// <returns>What it wrote.</returns>
    /// <exception cref="IOException">It ended with another code than 0.</exception>
    internal static async Task<string> RunAsync(string program, string input, string[] arguments, CancellationToken cancel)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start) ?? throw new IOException($"{program} could not be started");
        await process.StandardInput.WriteAsync(input.AsMemory(), cancel);
        process.StandardInput.Close();
        Task<string> errors = process.StandardError.ReadToEndAsync(cancel);
        string output = await process.StandardOutput.ReadToEndAsync(cancel);
        await process.WaitForExitAsync(cancel);
        return process.ExitCode == 0
            ? output
            : throw new IOException($"{program} ended with code {process.ExitCode}: {(await errors).Trim()} {output.Trim()}");
    }

    internal bool HasExited => _process.HasExited;

    /// <summary>The last lines that it wrote.</summary>
    internal string LastLines => string.Join('\n', _lines);

    /// <summary>Processor time so far, user and system, in seconds.</summary>
    internal double CpuSeconds
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime.TotalSeconds;
        }
    }

    /// <summary>Resident memory now, in megabytes.</summary>
    internal double ResidentMegabytes
    {
        get
        {
            string line = File.ReadLines(string.Create(CultureInfo.InvariantCulture, $"/proc/{_process.Id}/status"))
                .First(text => text.StartsWith("VmRSS:", StringComparison.Ordinal));
            return double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private void Keep(string? line)
    {
        _lines.Enqueue(line ?? "");
        if (_lines.Count > MaxLines)
        {
            _lines.TryDequeue(out _);
        }
    }
}
