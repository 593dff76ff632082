namespace Tunic.Node.Configuration.Torrc;

/// <summary>What came of reading a configuration.</summary>
/// <param name="Options">Checked options.</param>
/// <param name="Settings">What they were read from.</param>
/// <param name="Warnings">Sentences for the log at warning level, options that are ignored among them.</param>
/// <param name="Notices">Sentences for the log at notice level: files that were read.</param>
/// <param name="TorrcPath">Absolute path of the torrc, whether it is there or not; null for standard input.</param>
internal sealed record TorrcLoadResult(
    TorrcOptions Options, TorrcSettings Settings, IReadOnlyList<string> Warnings, IReadOnlyList<string> Notices, string? TorrcPath);
