using Tunic.Primitives.Errors;

namespace Tunic.Node.Processes;

/// <summary>A command cannot do what was asked; the message is the whole sentence for the person who typed it.</summary>
internal sealed class CommandException(ErrorKind kind, string message, Exception? inner = null) : TunicException(kind, message, inner);
