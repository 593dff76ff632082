namespace Tunic.Node.Bench;

/// <summary>A network under measurement: all of its processes are started by it, and ended when it is disposed of.</summary>
internal interface IBenchNetwork : IAsyncDisposable
{
    /// <summary>The last lines that the processes wrote which a failure would be about.</summary>
    string LastLines { get; }
}
