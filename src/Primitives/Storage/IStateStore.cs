namespace Tunic.Primitives.Storage;

/// <summary>Named blobs that outlive the process: files natively, a map in tests, the page's storage in a browser.</summary>
/// <remarks>Names are relative, with '/' between parts. Thread safe; one blob is written by one writer, or by <see cref="ChangeAsync"/>.</remarks>
public interface IStateStore
{
    /// <summary>The whole blob, or null when there is none.</summary>
    /// <exception cref="IOException">It exists and cannot be read.</exception>
    ValueTask<byte[]?> ReadAsync(string name, CancellationToken cancel);

    /// <summary>Replaces the blob as one step: after a crash either the old or the new content is there.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    ValueTask WriteAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancel);

    /// <summary>Changes a blob that has several writers; one after the other.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="change">Makes the new content from the present one, null for none. What it throws changes nothing.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <exception cref="IOException">It cannot be read or written.</exception>
    ValueTask ChangeAsync(string name, Func<byte[]?, byte[]> change, CancellationToken cancel);

    /// <summary>Removes the blob; nothing happens when there is none.</summary>
    /// <exception cref="IOException">It cannot be removed.</exception>
    ValueTask DeleteAsync(string name, CancellationToken cancel);

    /// <summary>The names that begin with <paramref name="prefix"/>, in no particular order.</summary>
    /// <exception cref="IOException">They cannot be listed.</exception>
    ValueTask<IReadOnlyList<string>> ListAsync(string prefix, CancellationToken cancel);

    /// <summary>How to speak of a blob to people: its path, where it is a file.</summary>
    string Describe(string name) => name;
}
