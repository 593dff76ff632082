using Tunic.Primitives.Errors;

namespace Tunic.Primitives.Bytes;

/// <summary>A peer's bytes do not follow their format. What dies with it is for the caller to decide.</summary>
public sealed class MalformedMessageException(string message, Exception? inner = null)
    : TunicException(ErrorKind.RemoteProtocolViolation, message, inner);
