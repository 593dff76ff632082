namespace Tunic.Node.Configuration.Torrc;

/// <summary>What a line does to what an earlier source (defaults file, torrc, command line) said about the same option.</summary>
internal enum TorrcCommand
{
    /// <summary>Takes its place.</summary>
    Replace,

    /// <summary>"+Option": adds to its list.</summary>
    Append,

    /// <summary>"/Option": removes it.</summary>
    Clear,
}
