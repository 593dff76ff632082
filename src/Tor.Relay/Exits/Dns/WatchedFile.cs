namespace Tunic.Tor.Relay.Exits.Dns;

/// <summary>A small file of the system, read again when it has changed. One that cannot be read counts as empty.</summary>
/// <remarks>Thread safe.</remarks>
/// <param name="path">Where it is.</param>
/// <param name="parse">Reads its text.</param>
/// <param name="time">The clock.</param>
internal sealed class WatchedFile<T>(string path, Func<string, T> parse, TimeProvider time)
    where T : class
{
    /// <summary>Longer ones are not read at all: nothing that belongs there is so long, and a file without an end would fill the memory.</summary>
    private const long MaxLength = 16 * 1024 * 1024;

    private static readonly TimeSpan _pause = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private T? _content;
    private (DateTime Written, long Length) _state;
    private TimeSpan _lookedAt;

    /// <summary>What it says now, or said some seconds ago.</summary>
    internal T Content
    {
        get
        {
            lock (_gate)
            {
                TimeSpan now = time.GetElapsedTime(0);
                if (_content is null || now - _lookedAt >= _pause)
                {
                    _lookedAt = now;
                    Look();
                }

                return _content!;
            }
        }
    }

    private void Look()
    {
        try
        {
            var file = new FileInfo(path);
            (DateTime, long) state = file.Exists ? (file.LastWriteTimeUtc, file.Length) : default;
            if (_content is null || state != _state)
            {
                _content = parse(file.Exists && file.Length <= MaxLength ? File.ReadAllText(path) : "");
                _state = state;
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            _content ??= parse("");
        }
    }
}
