using System.IO.MemoryMappedFiles;

namespace Tunic.Tests.Fuzz.Engine;

/// <summary>
/// Ends the process when an execution hangs, with the input saved. The input of the execution that runs lies in a mapped file, so that it
/// also survives what no process survives: a stack that overflows.
/// </summary>
internal sealed class Watchdog : IDisposable
{
    /// <summary>Looks, a second apart, that find the same execution: not a span of time, as the process may have been stopped for a while.</summary>
    private const int MaxLooks = 30;

    private static readonly TimeSpan _pause = TimeSpan.FromSeconds(1);

    private readonly string _target;
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly Timer _timer;
    private byte[] _input = [];
    private int _length;
    private long _started;
    private long _seen;
    private int _looks;

    public Watchdog(string target, int maxLength)
    {
        _target = target;
        _input = new byte[maxLength];
        Directory.CreateDirectory(FuzzFiles.Failures);
        _file = MemoryMappedFile.CreateFromFile(RunningPath(target), FileMode.Create, null, sizeof(int) + maxLength);
        _view = _file.CreateViewAccessor();
        _timer = new Timer(_ => Check(), null, _pause, _pause);
    }

    /// <summary>Where the running input of a target lies: its length, and its bytes.</summary>
    public static string RunningPath(string target) => Path.Combine(FuzzFiles.Failures, target + ".running");

    public void OnStart(ReadOnlySpan<byte> input, long started)
    {
        input.CopyTo(_input);
        _length = input.Length;
        _view.Write(0, input.Length);
        _view.SafeMemoryMappedViewHandle.WriteSpan(sizeof(int), input);
        Volatile.Write(ref _started, started);
    }

    public void OnEnd() => Volatile.Write(ref _started, 0);

    public void Dispose()
    {
        _timer.Dispose();
        _view.Dispose();
        _file.Dispose();
        File.Delete(RunningPath(_target));
    }

    private void Check()
    {
        long started = Volatile.Read(ref _started);
        _looks = started == _seen ? _looks + 1 : 0;
        _seen = started;
        if (started != 0 && _looks >= MaxLooks)
        {
            string path = FuzzFiles.SaveFailure(_target, _input.AsSpan(0, _length));
            Console.WriteLine($"{_target}: FAILED, does not end\n  reproduce: {FuzzFiles.ReproduceCommand(path)}");
            Environment.Exit(1);
        }
    }
}
