namespace Tunic.Tests.Interop.Support;

/// <summary>A directory of its own for one network or program, under the test output; removed when the test is done with it.</summary>
public sealed class TestDirectory : IDisposable
{
    private static int _made;

    /// <param name="title">A word that tells a person looking at what is left over where it came from.</param>
    public TestDirectory(string title)
    {
        string name = $"{title}-{Environment.ProcessId}-{Interlocked.Increment(ref _made)}";
        FullPath = Path.Combine(AppContext.BaseDirectory, "networks", name);
        if (Directory.Exists(FullPath))
        {
            Directory.Delete(FullPath, recursive: true); // of an earlier process with this id
        }

        Directory.CreateDirectory(FullPath);
    }

    public string FullPath { get; }

    /// <summary>Leaves the files where they are, for a person to read; also when TUNIC_KEEP_NETWORKS is set.</summary>
    public bool Keep { get; set; } = Environment.GetEnvironmentVariable("TUNIC_KEEP_NETWORKS") is { Length: > 0 };

    public string Make(string name) => Directory.CreateDirectory(Path.Combine(FullPath, name)).FullName;

    public void Dispose()
    {
        if (!Keep && Directory.Exists(FullPath))
        {
            Directory.Delete(FullPath, recursive: true);
        }
    }
}
