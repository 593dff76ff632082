using Tunic.Primitives.Errors;

namespace Tunic.Publishing;

/// <summary>What was to be published cannot be. The message says what is wrong, where, and what to do.</summary>
public sealed class PublishingException(string message, Exception? inner = null) : TunicException(ErrorKind.Configuration, message, inner);
