using Tunic.Primitives.Errors;

namespace Tunic.Tor.Client.Listeners;

/// <summary>A port cannot be opened. The message names the port and the option to change.</summary>
public sealed class ListenerException(string message, Exception? inner = null) : TunicException(ErrorKind.Configuration, message, inner);
