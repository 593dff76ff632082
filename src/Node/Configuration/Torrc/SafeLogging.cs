namespace Tunic.Node.Configuration.Torrc;

internal enum SafeLogging
{
    /// <summary>Nothing is replaced.</summary>
    None,

    /// <summary>Only what concerns other people's traffic.</summary>
    Relay,

    All,
}
