namespace Tunic.Node.Storage;

/// <summary>A file or directory of this program cannot be used. The message names it and says why; nothing was overwritten.</summary>
internal sealed class StorageException(string message, Exception? inner = null) : IOException(message, inner);
