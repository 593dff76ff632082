using System.IO.Pipelines;

namespace Tunic.Publishing.Transport;

/// <summary>Kestrel's end of a connection.</summary>
internal sealed record ConnectionPipes(PipeReader Input, PipeWriter Output) : IDuplexPipe;
