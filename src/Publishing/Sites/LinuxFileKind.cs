namespace Tunic.Publishing.Sites;

/// <summary>What a name in a folder stands for.</summary>
internal enum LinuxFileKind
{
    /// <summary>A pipe, socket or device; or nothing.</summary>
    Other,

    /// <summary>An ordinary file.</summary>
    File,

    /// <summary>A folder.</summary>
    Directory,
}
