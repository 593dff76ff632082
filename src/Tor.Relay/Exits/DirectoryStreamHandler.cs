namespace Tunic.Tor.Relay.Exits;

/// <summary>Serves a directory over one stream, usually one HTTP/1.0 exchange, and returns when it is over. The stream is closed by the caller.</summary>
/// <param name="stream">Carries requests and answers.</param>
/// <param name="origin">Who asks.</param>
/// <param name="cancel">The relay is being stopped, or the stream has ended.</param>
public delegate Task DirectoryStreamHandler(Stream stream, DirectoryStreamOrigin origin, CancellationToken cancel);
