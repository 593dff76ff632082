namespace Tunic.Node.Configuration.Torrc;

internal enum LogDestination
{
    StandardOutput,
    StandardError,
    SystemLog,
    File,
}
