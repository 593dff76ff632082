using Tunic.Primitives.Errors;

namespace Tunic.Tor.Relay.Keys;

/// <summary>A key file cannot be read, written or understood, or does not fit the others. The message names it; nothing was overwritten.</summary>
public sealed class KeyFileException(string message, Exception? inner = null) : TunicException(ErrorKind.LocalState, message, inner);
