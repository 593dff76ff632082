namespace Tunic.Node.Configuration.Torrc;

/// <summary>What goes to standard output while no Log line says otherwise.</summary>
internal enum TorQuietness
{
    /// <summary>Notices and above.</summary>
    Normal,

    /// <summary>Warnings and errors (--hush).</summary>
    Hushed,

    /// <summary>Nothing (--quiet).</summary>
    Silent,
}
