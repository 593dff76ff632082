using Tunic.Primitives.Errors;

namespace Tunic.Tor.Network.NetworkDirectory;

/// <summary>A directory gave no usable answer: try another.</summary>
public sealed class DirectoryException(string message, Exception? inner = null)
    : TunicException(ErrorKind.RemoteRefused, message, inner);
