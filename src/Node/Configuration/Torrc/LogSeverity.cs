namespace Tunic.Node.Configuration.Torrc;

/// <summary>Stock's levels, least severe first.</summary>
internal enum LogSeverity
{
    Debug,
    Info,
    Notice,
    Warning,
    Error,
}
