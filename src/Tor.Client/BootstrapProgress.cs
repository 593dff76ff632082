namespace Tunic.Tor.Client;

/// <summary>How far a client has come on its way to its first circuit, in stock tor's steps (control-spec, "Bootstrap phases").</summary>
/// <param name="Percent">0 to 100; never falls.</param>
/// <param name="Tag">Stock's word for the step.</param>
/// <param name="Summary">Stock's words for people.</param>
public sealed record BootstrapProgress(int Percent, string Tag, string Summary)
{
    /// <summary>Nothing has happened.</summary>
    public static BootstrapProgress Starting { get; } = new(0, "starting", "Starting");

    /// <summary>A channel to a directory is being opened.</summary>
    public static BootstrapProgress Connecting { get; } = new(5, "conn", "Connecting to a relay");

    /// <summary>TCP and TLS are there.</summary>
    public static BootstrapProgress Connected { get; } = new(10, "conn_done", "Connected to a relay");

    /// <summary>The channel is open.</summary>
    public static BootstrapProgress HandshakeDone { get; } = new(15, "handshake_done", "Handshake with a relay done");

    /// <summary>A one-hop circuit to the directory is there.</summary>
    public static BootstrapProgress DirectoryCircuit { get; } = new(20, "onehop_create", "Establishing an encrypted directory connection");

    /// <summary>The consensus has been asked for.</summary>
    public static BootstrapProgress RequestingConsensus { get; } = new(25, "requesting_status", "Asking for networkstatus consensus");

    /// <summary>The consensus arrives.</summary>
    public static BootstrapProgress LoadingConsensus { get; } = new(30, "loading_status", "Loading networkstatus consensus");

    /// <summary>The authorities' certificates are being fetched.</summary>
    public static BootstrapProgress LoadingCertificates { get; } = new(40, "loading_keys", "Loading authority key certs");

    /// <summary>Microdescriptors have been asked for.</summary>
    public static BootstrapProgress RequestingMicrodescriptors { get; } = new(45, "requesting_descriptors", "Asking for relay descriptors");

    /// <summary>Microdescriptors arrive.</summary>
    public static BootstrapProgress LoadingMicrodescriptors { get; } = new(50, "loading_descriptors", "Loading relay descriptors");

    /// <summary>Enough is known to build circuits.</summary>
    public static BootstrapProgress EnoughDirectory { get; } = new(75, "enough_dirinfo", "Loaded enough directory info to build circuits");

    /// <summary>A circuit is being built.</summary>
    public static BootstrapProgress BuildingCircuit { get; } = new(95, "circuit_create", "Establishing a Tor circuit");

    /// <summary>A circuit is there.</summary>
    public static BootstrapProgress Done { get; } = new(100, "done", "Done");
}
