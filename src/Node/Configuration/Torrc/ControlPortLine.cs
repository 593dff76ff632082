using System.Net;

namespace Tunic.Node.Configuration.Torrc;

/// <summary>One ControlPort or ControlSocket line.</summary>
/// <param name="EndPoint">Null for a Unix socket; port 0 for auto.</param>
/// <param name="UnixPath">Null for TCP.</param>
/// <param name="Mode">Who may use the Unix socket.</param>
internal sealed record ControlPortLine(IPEndPoint? EndPoint, string? UnixPath, UnixFileMode Mode);
